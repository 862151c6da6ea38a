using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Reads and writes the text forms of a declaration. Needs no rights: it touches nothing but its input.</summary>
public interface IDeclarations
{
    /// <summary>
    /// Parses YAML and validates it. Unknown keys, duplicate keys, aliases and anchors, and every broken rule are faults with their line and path;
    /// all are reported at once.
    /// </summary>
    Result<AppDeclaration> ParseYaml(string text);

    /// <summary>Parses JSON and validates it in the same way.</summary>
    Result<AppDeclaration> ParseJson(string text);

    /// <summary>Validates a declaration built in code, for example by a form. Empty when it is valid.</summary>
    IReadOnlyList<FieldError> Validate(AppDeclaration declaration);

    /// <summary>Writes YAML that parses back to an equal declaration.</summary>
    string ToYaml(AppDeclaration declaration);

    /// <summary>Writes JSON that parses back to an equal declaration.</summary>
    string ToJson(AppDeclaration declaration);

    /// <summary>The JSON schema (draft 2020-12) served at <c>/schemas/app-v1.json</c>, generated from the rules that validation applies.</summary>
    string JsonSchema { get; }
}
