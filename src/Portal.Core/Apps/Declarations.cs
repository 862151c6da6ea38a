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
        new DeclarationChecks(options.BaseDomain, faults).Check(declaration);
        return faults.Count > 0 ? Error.Invalid(faults) : declaration;
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
