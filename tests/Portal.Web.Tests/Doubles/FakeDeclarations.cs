using System.Text.Json;
using Portal.Core.Apps;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

/// <summary>Writes declarations as JSON, which every YAML reader reads too, and knows two rules; enough to see how faults are shown.</summary>
internal sealed class FakeDeclarations : IDeclarations
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string JsonSchema => "{}";

    public Result<AppDeclaration> ParseYaml(string text)
    {
        try
        {
            var declaration = JsonSerializer.Deserialize<AppDeclaration>(text, Json)!;
            return Validate(declaration) is { Count: > 0 } faults ? Error.Invalid(faults) : declaration;
        }
        catch (JsonException fault)
        {
            return Error.Invalid(new FieldError("", "This is not readable.", (int)(fault.LineNumber ?? 0) + 1));
        }
    }

    public Result<AppDeclaration> ParseJson(string text) => ParseYaml(text);

    public IReadOnlyList<FieldError> Validate(AppDeclaration declaration)
    {
        var faults = new List<FieldError>();
        if (declaration.Metadata.Name.Length == 0 || declaration.Metadata.Name.Any(char.IsUpper)) faults.Add(new("metadata.name", "A name is lower-case letters, digits and hyphens."));
        if (declaration.Spec.Image.Length == 0) faults.Add(new("spec.image", "An image is needed."));
        if (declaration.Spec.Processes.TryGetValue("web", out var web) && web.Port is null or > 65535) faults.Add(new("spec.processes.web.port", "The web process needs a port from 1 to 65535."));
        for (var index = 0; index < declaration.Spec.Domains.Length; index++)
        {
            if (!declaration.Spec.Domains[index].Contains('.', StringComparison.Ordinal)) faults.Add(new($"spec.domains[{index}]", "A domain has at least two labels."));
        }
        return faults;
    }

    public string ToYaml(AppDeclaration declaration) => JsonSerializer.Serialize(declaration, Json);

    public string ToJson(AppDeclaration declaration) => ToYaml(declaration);
}
