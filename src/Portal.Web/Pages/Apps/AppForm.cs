using System.Collections.Immutable;
using Portal.Core.Apps;
using Portal.Core.Results;

namespace Portal.Web.Pages.Apps;

/// <summary>A declaration while it is being written by form. What the form has no field for (overrides of environments, schedules, volumes, the rollout) it carries along unchanged.</summary>
public sealed class AppForm
{
    private ImmutableSortedDictionary<string, EnvironmentOverride> _environments = ImmutableSortedDictionary<string, EnvironmentOverride>.Empty;
    private AppMetadata? _metadata;
    private AppSpec? _spec;

    public string Name { get; set; } = "";
    public string Image { get; set; } = "";
    public List<ProcessForm> Processes { get; } = [];
    public List<NamedValue> Variables { get; } = [];
    public List<NamedValue> Secrets { get; } = [];
    public List<NamedValue> Domains { get; } = [];
    public IEnumerable<string> Overridden => _environments.Keys;

    public static AppForm New()
    {
        var form = new AppForm();
        form.Processes.Add(new() { Name = "web", Port = "8080", HealthPath = "/" });
        return form;
    }

    /// <summary>Fills a form; values of secrets typed into <paramref name="previous"/> are kept.</summary>
    public static AppForm From(AppDeclaration declaration, AppForm? previous = null)
    {
        var form = new AppForm { Name = declaration.Metadata.Name, Image = declaration.Spec.Image, _environments = declaration.Environments, _metadata = declaration.Metadata, _spec = declaration.Spec };
        form.Processes.AddRange(declaration.Spec.Processes.OrderBy(pair => pair.Key != "web").ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ProcessForm.From(pair.Key, pair.Value)));
        form.Variables.AddRange(declaration.Spec.Env.Select(pair => new NamedValue { Name = pair.Key, Value = pair.Value }));
        form.Secrets.AddRange(declaration.Spec.Secrets.Select(name => new NamedValue { Name = name, Value = previous?.Secrets.FirstOrDefault(secret => secret.Name == name)?.Value ?? "" }));
        form.Domains.AddRange(declaration.Spec.Domains.Select(host => new NamedValue { Name = host }));
        return form;
    }

    public AppDeclaration ToDeclaration() => new()
    {
        Metadata = _metadata is null ? new AppMetadata { Name = Name.Trim() } : _metadata with { Name = Name.Trim() },
        Spec = (_spec ?? new AppSpec { Image = "" }) with
        {
            Image = Image.Trim(),
            Processes = Processes.DistinctBy(process => process.Name.Trim()).ToImmutableSortedDictionary(process => process.Name.Trim(), process => process.ToSpec()),
            Env = Filled(Variables).DistinctBy(row => row.Name.Trim()).ToImmutableSortedDictionary(row => row.Name.Trim(), row => row.Value, StringComparer.Ordinal),
            Secrets = [.. Filled(Secrets).Select(row => row.Name.Trim()).Distinct(StringComparer.Ordinal)],
            Domains = [.. Filled(Domains).Select(row => row.Name.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
        },
        Environments = _environments,
    };

    /// <summary>The values of secrets that were typed in; the others keep theirs.</summary>
    public IReadOnlyDictionary<string, Sensitive> SecretValues() => Filled(Secrets).Where(row => row.Value.Length > 0).DistinctBy(row => row.Name.Trim()).ToDictionary(row => row.Name.Trim(), row => new Sensitive(row.Value), StringComparer.Ordinal);

    /// <summary>What a declaration cannot express (half a number, two rows of one name), and what is simply empty.</summary>
    public IEnumerable<FieldError> Faults()
    {
        if (Name.Trim().Length == 0) yield return new("metadata.name", "Give the app a name.");
        if (Image.Trim().Length == 0) yield return new("spec.image", "Say which image to run.");
        foreach (var fault in Processes.SelectMany(process => process.Faults())) yield return fault;
        foreach (var name in Twice(Processes.Select(process => process.Name))) yield return new("spec.processes", $"Two processes are called {name}.");
        foreach (var name in Twice(Filled(Variables).Select(row => row.Name))) yield return new($"spec.env.{name}", $"{name} is there twice.");
        foreach (var row in Variables.Where(row => row.Name.Trim().Length == 0 && row.Value.Length > 0)) yield return new("spec.env", "A value has no name.");
        foreach (var row in Secrets.Where(row => row.Name.Trim().Length == 0 && row.Value.Length > 0)) yield return new("spec.secrets", "A value has no name.");
    }

    /// <summary>Whether the form has a field beside which a fault at this path is shown; the others are listed.</summary>
    public bool Shows(string path) =>
        path is "metadata.name" or "spec.image" or "spec.processes"
        || ((string[])["spec.env", "spec.secrets", "spec.domains"]).Any(field => path == field || path.StartsWith(field + ".", StringComparison.Ordinal) || path.StartsWith(field + "[", StringComparison.Ordinal))
        || Processes.Exists(process => path == $"spec.processes.{process.Name}" && process.Name != "web"
            || ((string[])["port", "replicas", "size", "health", "command", "args"]).Any(field => path.StartsWith($"spec.processes.{process.Name}.{field}", StringComparison.Ordinal)));

    private static IEnumerable<NamedValue> Filled(IEnumerable<NamedValue> rows) => rows.Where(row => row.Name.Trim().Length > 0);

    private static IEnumerable<string> Twice(IEnumerable<string> names) => names.GroupBy(name => name.Trim(), StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key);
}
