using System.Text.Json.Nodes;

namespace Kube.Machinery.Patches;

/// <summary>
/// The order of a list that a strategic merge has merged: items the patch names come in the patch's order, the others in the live order, and an
/// item that was in front of another stays in front of it. A new item comes as early as the patch's order lets it.
/// </summary>
internal static class ListOrder
{
    /// <summary>Orders a merged list.</summary>
    /// <param name="merged">The items, in any order.</param>
    /// <param name="wanted">Identities in the patch's order.</param>
    /// <param name="live">Identities in the live order.</param>
    /// <param name="identity">The merge key of an item, or a scalar itself, as text.</param>
    public static JsonArray Order(JsonArray merged, IEnumerable<string> wanted, IEnumerable<string> live, Func<JsonNode?, string> identity)
    {
        var patchRank = Ranks(wanted);
        var liveRank = Ranks(live);
        var named = new List<JsonNode?>();
        var others = new List<JsonNode?>();
        foreach (var item in merged)
            (patchRank.ContainsKey(identity(item)) ? named : others).Add(item);
        // OrderBy is stable: items that share a key keep their places.
        var left = new Queue<JsonNode?>(named.OrderBy(i => patchRank[identity(i)]));
        var right = new Queue<JsonNode?>(others.OrderBy(i => liveRank.GetValueOrDefault(identity(i), int.MaxValue)));
        var result = new JsonArray();
        while (left.Count + right.Count > 0)
        {
            var rightFirst = left.Count == 0
                || (right.Count > 0 && liveRank.TryGetValue(identity(left.Peek()), out var l) && liveRank.TryGetValue(identity(right.Peek()), out var r) && r < l);
            result.Add((rightFirst ? right : left).Dequeue()?.DeepClone());
        }

        return result;
    }

    private static Dictionary<string, int> Ranks(IEnumerable<string> identities)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var identity in identities)
            ranks.TryAdd(identity, ranks.Count);
        return ranks;
    }
}
