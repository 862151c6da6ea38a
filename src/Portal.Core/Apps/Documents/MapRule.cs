using System.Text.Json.Nodes;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>A mapping with keys of a grammar and values of one rule.</summary>
internal sealed record MapRule(string Description, TextRule Key, Rule Value, int MaxEntries) : Rule(Description)
{
    public override JsonNode? Read(DocumentNode node, string path, List<FieldError> faults)
    {
        if (node is not MapNode map) return Wrong(node, path, "Must be a mapping.", faults);
        if (map.Entries.Count > MaxEntries) return Wrong(node, path, $"Must have at most {MaxEntries} keys.", faults);
        var result = new JsonObject();
        foreach (var entry in map.Entries)
        {
            var place = DocumentReader.Join(path, entry.Key);
            if (Key.Fault(entry.Key) is { } fault) faults.Add(new(place, fault, entry.Line));
            result[entry.Key] = Value.Read(entry.Value, place, faults);
        }

        return result;
    }

    public override JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["description"] = Description,
        ["propertyNames"] = Key.Schema(),
        ["additionalProperties"] = Value.Schema(),
        ["maxProperties"] = MaxEntries,
    };
}
