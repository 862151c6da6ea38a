using System.Text.Json.Nodes;
using Kube.Machinery.Schema;

namespace Kube.Machinery.Patches;

/// <summary>Lays an applied document over the live one, and takes out what its manager stopped declaring.</summary>
internal static class SchemaMerge
{
    public static JsonNode? Merge(JsonNode? live, JsonNode? config, SchemaType type, MergeRule rule)
    {
        if (live is null || config is null || FieldSets.IsAtomic(type, rule))
            return config?.DeepClone();
        if (live is JsonObject before && config is JsonObject wanted)
        {
            var result = (JsonObject)before.DeepClone();
            foreach (var (name, value) in wanted)
            {
                var (memberType, memberRule) = Member(type, name);
                if (memberType is not null && value is not null)
                    result[name] = Merge(before[name], value, memberType, memberRule);
            }

            return result;
        }

        if (live is JsonArray old && config is JsonArray now && FieldSets.Items(old, rule) is { } oldItems && FieldSets.Items(now, rule) is { } nowItems)
            return MergeItems(oldItems, nowItems, type, rule);
        return config.DeepClone();
    }

    /// <summary>Removes what was applied last time and nobody owns any more.</summary>
    public static void Prune(JsonObject document, FieldSet last, FieldSet owned, SchemaType type)
    {
        foreach (var (element, was) in last.Children)
        {
            if (element[0] != 'f' || !document.TryGetPropertyValue(element[2..], out var node))
                continue;
            var name = element[2..];
            if (owned.Find(element) is not { IsEmpty: false } still)
            {
                document.Remove(name);
                continue;
            }

            var (memberType, memberRule) = Member(type, name);
            if (memberType is null || FieldSets.IsAtomic(memberType, memberRule))
                continue;
            if (node is JsonObject inner)
                Prune(inner, was, still, memberType);
            else if (node is JsonArray list)
                PruneItems(list, was, still, memberType, memberRule);
        }
    }

    private static void PruneItems(JsonArray list, FieldSet last, FieldSet owned, SchemaType type, MergeRule rule)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            var element = rule.List == ListKind.Set ? PathElement.Value(list[i]) : PathElement.Key(list[i], rule.Keys);
            if (element is null || last.Find(element) is not { } was)
                continue;
            if (owned.Find(element) is not { IsEmpty: false } still)
                list.RemoveAt(i);
            else if (list[i] is JsonObject item)
                Prune(item, was, still, type.Item!);
        }
    }

    // In the applied order; an item that only others declare stays in front of the declared item that follows it in the live list, and in front of new ones.
    private static JsonArray MergeItems(Dictionary<string, JsonNode?> live, Dictionary<string, JsonNode?> config, SchemaType type, MergeRule rule)
    {
        var merged = new JsonArray();
        var others = new Queue<KeyValuePair<string, JsonNode?>>(live);
        foreach (var (element, wanted) in config)
        {
            // Up to this item's own place in the live list; a new item has none and comes when all up to the next shared one are out.
            while (others.TryPeek(out var next) && next.Key != element)
            {
                if (config.ContainsKey(next.Key) && !live.ContainsKey(element))
                    break;
                others.Dequeue();
                if (!config.ContainsKey(next.Key))
                    merged.Add(next.Value?.DeepClone());
            }

            if (others.TryPeek(out var own) && own.Key == element)
                others.Dequeue();
            live.TryGetValue(element, out var before);
            merged.Add(Merge(before, wanted, type.Item!, MergeRule.None));
        }

        foreach (var (element, before) in others)
        {
            if (!config.ContainsKey(element))
                merged.Add(before?.DeepClone());
        }

        return merged;
    }

    private static (SchemaType? Type, MergeRule Rule) Member(SchemaType type, string name) =>
        type.Kind == SchemaKind.Map
            ? (type.Item, MergeRule.None)
            : type.Field(name) is { } field ? (field.Type, field.Merge) : (null, MergeRule.None);
}
