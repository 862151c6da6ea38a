using System.Text.Json.Nodes;

namespace Kube.Machinery.Metadata;

/// <summary>Measures documents before they are multiplied: aliases of YAML and copies of JSON patch cost a few bytes each and add what they refer to.</summary>
public static class NodeSize
{
    /// <summary>Roughly the characters a value takes as JSON.</summary>
    public static int Of(JsonNode? node) => node switch
    {
        JsonObject o => 2 + o.Sum(p => p.Key.Length + 4 + Of(p.Value)),
        JsonArray a => 2 + a.Sum(i => 1 + Of(i)),
        _ => 2 + (node.AsText()?.Length ?? 6),
    };

    /// <summary>How many containers lie inside each other.</summary>
    public static int Depth(JsonNode? node) => node switch
    {
        JsonObject o => 1 + o.Select(p => Depth(p.Value)).DefaultIfEmpty().Max(),
        JsonArray a => 1 + a.Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };
}
