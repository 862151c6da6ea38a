using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Core.Plan;

/// <summary>Compares two JSON trees field by field. Lists of objects that carry a name (containers, ports, rules by host) are compared by it.</summary>
internal static class FieldDiff
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static List<FieldChange> Of(JsonNode? from, JsonNode? to)
    {
        var changes = new List<FieldChange>();
        Compare("", from, to, changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? from, JsonNode? to, List<FieldChange> changes)
    {
        if (JsonNode.DeepEquals(from, to)) return;
        switch (from, to)
        {
            case (JsonObject one, JsonObject other):
                foreach (var key in one.Select(member => member.Key).Union(other.Select(member => member.Key)).Order(StringComparer.Ordinal))
                    Compare(path.Length == 0 ? key : $"{path}.{key}", one[key], other[key], changes);
                break;
            case (JsonArray one, JsonArray other) when Named(one) is { } mine && Named(other) is { } theirs:
                foreach (var key in mine.Keys.Union(theirs.Keys)) Compare($"{path}[{key}]", mine.GetValueOrDefault(key), theirs.GetValueOrDefault(key), changes);
                break;
            default:
                changes.Add(new(path, from?.ToJsonString(Relaxed), to?.ToJsonString(Relaxed)));
                break;
        }
    }

    private static Dictionary<string, JsonNode?>? Named(JsonArray list)
    {
        var named = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in list)
        {
            if (item is not JsonObject entry || (entry["name"] ?? entry["host"]) is not JsonValue name || name.GetValueKind() != JsonValueKind.String) return null;
            if (!named.TryAdd(name.GetValue<string>(), item)) return null;
        }

        return named;
    }
}
