using System.Text.Json.Nodes;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>A mapping with known keys.</summary>
internal sealed record ObjectRule(string Description, IReadOnlyList<Field> Fields) : Rule(Description)
{
    public override JsonNode? Read(DocumentNode node, string path, List<FieldError> faults)
    {
        if (node is not MapNode map) return Wrong(node, path, "Must be a mapping.", faults);
        var result = new JsonObject();
        foreach (var entry in map.Entries)
        {
            var place = DocumentReader.Join(path, entry.Key);
            if (Fields.FirstOrDefault(field => field.Name == entry.Key) is { } field) result[entry.Key] = field.Rule.Read(entry.Value, place, faults);
            else faults.Add(new(place, $"The key '{(entry.Key.Length <= 80 ? entry.Key : entry.Key[..80])}' is not known here; known are {string.Join(", ", Fields.Select(f => f.Name))}.", entry.Line));
        }

        foreach (var missing in Fields.Where(field => field.Required && !map.Entries.Any(entry => entry.Key == field.Name)))
            faults.Add(new(DocumentReader.Join(path, missing.Name), $"'{missing.Name}' is missing.", node.Line));
        return result;
    }

    public override JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["description"] = Description,
        ["properties"] = new JsonObject(Fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.Rule.Schema()))),
        ["required"] = new JsonArray([.. Fields.Where(field => field.Required).Select(field => (JsonNode?)field.Name)]),
        ["additionalProperties"] = false,
    };
}
