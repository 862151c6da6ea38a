using System.Text.Json;
using Portal.Core.Apps.Documents;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Parses, validates and writes declarations by the one tree of rules.</summary>
internal sealed class Declarations(PortalCoreOptions options) : IDeclarations
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public string JsonSchema { get; } = SchemaText();

    public Result<AppDeclaration> ParseYaml(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var faults = new List<FieldError>();
        return Bind(YamlDocumentReader.Read(text, faults), faults);
    }

    public Result<AppDeclaration> ParseJson(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var faults = new List<FieldError>();
        return Bind(JsonDocumentReader.Read(text, faults), faults);
    }

    public IReadOnlyList<FieldError> Validate(AppDeclaration declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        return ParseJson(ToJson(declaration)) is { IsOk: false } bad ? [.. bad.Error.Fields.Select(fault => fault with { Line = null })] : [];
    }

    public string ToYaml(AppDeclaration declaration) => DeclarationYaml.Write(DeclarationJson.ToTree(declaration));

    public string ToJson(AppDeclaration declaration) => DeclarationJson.WriteIndented(declaration);

    private Result<AppDeclaration> Bind(DocumentNode? document, List<FieldError> faults)
    {
        if (document is null) return Error.Invalid(faults);
        var tree = DeclarationRules.App.Read(document, "", faults);
        // Rules over several fields presuppose that each field is sound.
        if (faults.Count > 0 || tree is null) return Error.Invalid(faults);
        var declaration = DeclarationJson.FromTree(tree);
        AcrossFields(declaration, faults);
        return faults.Count > 0 ? Error.Invalid(faults) : declaration;
    }

    private void AcrossFields(AppDeclaration declaration, List<FieldError> faults)
    {
        Merged("spec", declaration.Spec, faults);
        foreach (var name in declaration.Environments.Keys) Merged($"environments.{name}", declaration.In(name), faults);
    }

    private void Merged(string path, AppSpec spec, List<FieldError> faults)
    {
        void Add(string place, string message)
        {
            // A fault of the base shows in every environment that does not override it: say it once.
            if (!faults.Any(known => known.Message == message && known.Path.EndsWith(place, StringComparison.Ordinal))) faults.Add(new($"{path}.{place}", message));
        }

        if (spec.Processes.Count == 0) Add("processes", "At least one process is needed.");
        if (spec.Processes.TryGetValue("web", out var web) && web.Port is null) Add("processes.web.port", "The web process needs a port.");
        foreach (var (name, process) in spec.Processes)
        {
            if (process.Health is not null && process.Port is null) Add($"processes.{name}.health", "A health path needs a port.");
        }

        if (spec.Domains.Length > 0 && !spec.Processes.ContainsKey("web")) Add("domains", "Domains need a web process.");
        for (var index = 0; index < spec.Secrets.Length; index++)
        {
            if (spec.Env.ContainsKey(spec.Secrets[index])) Add($"secrets[{index}]", $"'{spec.Secrets[index]}' is a variable too; it can be only one of both.");
        }

        for (var index = 0; index < spec.Domains.Length; index++)
        {
            if (spec.Domains[index] == options.BaseDomain || spec.Domains[index].EndsWith("." + options.BaseDomain, StringComparison.Ordinal))
                Add($"domains[{index}]", $"Names under {options.BaseDomain} are given out by the portal and cannot be claimed.");
        }
    }

    private static string SchemaText()
    {
        var schema = DeclarationRules.App.Schema();
        schema.Insert(0, "title", "Portal app");
        schema.Insert(0, "$id", "/schemas/app-v1.json");
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        return schema.ToJsonString(Indented);
    }
}
