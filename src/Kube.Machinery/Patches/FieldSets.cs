using System.Text.Json.Nodes;
using Kube.Machinery.Schema;

namespace Kube.Machinery.Patches;

/// <summary>Which fields a document sets, and which differ between two, following the schema's list and map kinds.</summary>
internal static class FieldSets
{
    /// <summary>Fields the server owns; nobody manages them.</summary>
    private static readonly HashSet<string> ServerOwned = new(StringComparer.Ordinal)
    {
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName",
    };

    /// <summary>The fields an applied document sets: leaves, items of list maps and entries of maps of objects.</summary>
    public static FieldSet Applied(JsonObject document, SchemaType schema) => Of(document, schema, containers: false);

    /// <summary>All fields of a document, those that only hold others included.</summary>
    public static FieldSet Everything(JsonObject document, SchemaType schema) => Of(document, schema, containers: true);

    /// <summary>What changed between two documents.</summary>
    /// <param name="before">The old state.</param>
    /// <param name="after">The new state.</param>
    /// <param name="schema">Their schema.</param>
    /// <param name="changed">Receives added and modified fields.</param>
    /// <param name="removed">Receives removed fields.</param>
    public static void Compare(JsonObject before, JsonObject after, SchemaType schema, FieldSet changed, FieldSet removed)
    {
        foreach (var name in Names(before, after))
        {
            if (IsOwnable(name) && schema.Field(name) is { } field)
                CompareMember(name == "metadata" ? Managed(before[name]) : before[name], name == "metadata" ? Managed(after[name]) : after[name], field.Type, field.Merge, PathElement.Field(name), changed, removed, root: true);
        }
    }

    public static bool IsAtomic(SchemaType type, MergeRule rule) => type.Kind switch
    {
        SchemaKind.Object => type.Atomic || rule.Atomic,
        SchemaKind.Map => rule.Atomic,
        SchemaKind.List => rule.List == ListKind.Atomic,
        _ => true,
    };

    /// <summary>The items of a set or list map by path element; null when an item has no key or two have the same.</summary>
    public static Dictionary<string, JsonNode?>? Items(JsonArray list, MergeRule rule)
    {
        var items = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in list)
        {
            var element = rule.List == ListKind.Set ? PathElement.Value(item) : PathElement.Key(item, rule.Keys);
            if (element is null || !items.TryAdd(element, item))
                return null;
        }

        return items;
    }

    private static bool IsOwnable(string rootField) => rootField is not ("apiVersion" or "kind");

    private static FieldSet Of(JsonObject document, SchemaType schema, bool containers)
    {
        var set = new FieldSet();
        foreach (var (name, value) in document)
        {
            if (!IsOwnable(name) || schema.Field(name) is not { } field)
                continue;
            var node = name == "metadata" ? Managed(value) : value;
            if (node is JsonObject { Count: 0 } && name == "metadata")
                continue;
            Add(node, field.Type, field.Merge, set.Child(PathElement.Field(name)), containers, root: true);
        }

        return set;
    }

    private static JsonObject Managed(JsonNode? metadata)
    {
        var result = new JsonObject();
        foreach (var (name, value) in metadata as JsonObject ?? [])
        {
            if (!ServerOwned.Contains(name))
                result[name] = value?.DeepClone();
        }

        return result;
    }

    private static void Add(JsonNode? node, SchemaType type, MergeRule rule, FieldSet set, bool containers, bool root = false)
    {
        if (node is null || IsAtomic(type, rule) || IsEmpty(node))
        {
            set.IsMember = true;
            return;
        }

        if (containers && !root)
            set.IsMember = true;
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    var (memberType, memberRule) = Member(type, name);
                    if (memberType is null)
                        continue;
                    var child = set.Child(PathElement.Field(name));
                    if (type.Kind == SchemaKind.Map)
                        child.IsMember = true;
                    Add(value, memberType, memberRule, child, containers);
                }

                break;
            case JsonArray list when Items(list, rule) is { } items:
                foreach (var (element, item) in items)
                {
                    var child = set.Child(element);
                    child.IsMember = true;
                    if (item is JsonObject)
                        Add(item, type.Item!, MergeRule.None, child, containers);
                }

                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    private static void CompareMember(JsonNode? before, JsonNode? after, SchemaType type, MergeRule rule, string element, FieldSet changed, FieldSet removed, bool root = false)
    {
        if (before is null && after is null)
            return;
        if (before is null || (root && IsEmpty(before) && !IsEmpty(after!)))
        {
            if (!root || !IsEmpty(after!))
                Add(after, type, rule, changed.Child(element), containers: true, root);
            return;
        }

        if (after is null)
        {
            Add(before, type, rule, removed.Child(element), containers: true);
            return;
        }

        var comparable = !IsAtomic(type, rule) && before.GetType() == after.GetType() && !IsEmpty(before) && !IsEmpty(after);
        if (!comparable)
        {
            if (JsonNode.DeepEquals(before, after))
                return;
            if (!IsAtomic(type, rule) && IsEmpty(after) && !IsEmpty(before))
                Add(before, type, rule, removed.Child(element), containers: true, root: true);
            if (!root)
                changed.Child(element).IsMember = true;
            if (!IsAtomic(type, rule) && IsEmpty(before))
                Add(after, type, rule, changed.Child(element), containers: true, root);
            return;
        }

        if (before is JsonObject old && after is JsonObject now)
        {
            foreach (var name in Names(old, now))
            {
                var (memberType, memberRule) = Member(type, name);
                if (memberType is not null)
                    CompareMember(old[name], now[name], memberType, memberRule, PathElement.Field(name), changed.Child(element), removed.Child(element));
            }

            return;
        }

        CompareItems((JsonArray)before, (JsonArray)after, type, rule, changed.Child(element), removed.Child(element));
    }

    private static void CompareItems(JsonArray before, JsonArray after, SchemaType type, MergeRule rule, FieldSet changed, FieldSet removed)
    {
        if (Items(before, rule) is not { } old || Items(after, rule) is not { } now)
        {
            if (!JsonNode.DeepEquals(before, after))
                changed.IsMember = true;
            return;
        }

        foreach (var element in old.Keys.Union(now.Keys))
        {
            if (!now.TryGetValue(element, out var item))
                Add(old[element], type.Item!, MergeRule.None, removed.Child(element), containers: true);
            else if (!old.TryGetValue(element, out var earlier))
                Add(item, type.Item!, MergeRule.None, changed.Child(element), containers: true);
            else
                CompareMember(earlier, item, type.Item!, MergeRule.None, element, changed, removed);
        }
    }

    private static (SchemaType? Type, MergeRule Rule) Member(SchemaType type, string name) =>
        type.Kind == SchemaKind.Map
            ? (type.Item, MergeRule.None)
            : type.Field(name) is { } field ? (field.Type, field.Merge) : (null, MergeRule.None);

    private static bool IsEmpty(JsonNode node) => node is JsonObject { Count: 0 } or JsonArray { Count: 0 };

    private static string[] Names(JsonObject before, JsonObject after) =>
        [.. before.Select(p => p.Key), .. after.Where(p => !before.ContainsKey(p.Key)).Select(p => p.Key)];
}
