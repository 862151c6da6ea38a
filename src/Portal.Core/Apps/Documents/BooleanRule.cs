using System.Text.Json.Nodes;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>True or false.</summary>
internal sealed record BooleanRule(string Description) : Rule(Description)
{
    public override JsonNode? Read(DocumentNode node, string path, List<FieldError> faults) => node is ScalarNode { IsText: false, Text: "true" or "false" } scalar
        ? JsonValue.Create(scalar.Text == "true")
        : Wrong(node, path, "Must be true or false.", faults);

    public override JsonObject Schema() => new() { ["type"] = "boolean", ["description"] = Description };
}
