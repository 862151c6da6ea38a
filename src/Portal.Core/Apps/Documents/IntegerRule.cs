using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>A whole number in a range.</summary>
internal sealed record IntegerRule(string Description, int Min, int Max) : Rule(Description)
{
    public override JsonNode? Read(DocumentNode node, string path, List<FieldError> faults) =>
        node is ScalarNode { IsText: false } scalar
        && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= Min && value <= Max
            ? JsonValue.Create(value)
            : Wrong(node, path, $"Must be a whole number from {Min} to {Max}.", faults);

    public override JsonObject Schema() => new() { ["type"] = "integer", ["description"] = Description, ["minimum"] = Min, ["maximum"] = Max };
}
