using System.Text.Json.Nodes;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>Text, optionally of a grammar or one of a few words.</summary>
internal sealed record TextRule(string Description, string What, int MaxLength, string? Pattern = null, IReadOnlyList<string>? Words = null) : Rule(Description)
{
    public override JsonNode? Read(DocumentNode node, string path, List<FieldError> faults)
    {
        if (node is not ScalarNode scalar) return Wrong(node, path, $"Must be {What}.", faults);
        if (scalar.IsNull) return Wrong(node, path, $"Has no value; must be {What}.", faults);
        if (Fault(scalar.Text) is { } fault) return Wrong(node, path, fault, faults);
        return JsonValue.Create(scalar.Text);
    }

    /// <summary>What is wrong with a text, or null.</summary>
    public string? Fault(string text)
    {
        if (text.Length > MaxLength) return $"Must be at most {MaxLength} characters.";
        if (text.Contains('\0')) return "Must not contain a NUL character.";
        if (Words is not null && !Words.Contains(text)) return $"'{Shown(text)}' is not known here; must be one of {string.Join(", ", Words)}.";
        if (Pattern is not null && !Grammar.Matches(Pattern, text)) return $"'{Shown(text)}' is not {What}.";
        return null;
    }

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "string", ["description"] = Description, ["maxLength"] = MaxLength };
        if (Pattern is not null) schema["pattern"] = Pattern;
        if (Words is not null) schema["enum"] = new JsonArray([.. Words.Select(word => (JsonNode?)word)]);
        return schema;
    }

    private static string Shown(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "...");
}
