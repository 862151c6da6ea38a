using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.Machinery.Patches;

/// <summary>
/// Strategic merge patch: a merge patch that knows which lists merge by key. Its directives are
/// <c>$patch</c> (replace, delete, merge), <c>$retainKeys</c>, <c>$setElementOrder/LIST</c> and <c>$deleteFromPrimitiveList/LIST</c>.
/// See https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md.
/// </summary>
public static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string SetElementOrder = "$setElementOrder/";
    private const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    /// <summary>Applies a patch to a copy of a document.</summary>
    /// <param name="document">The live object.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="schema">Schema of the document.</param>
    /// <exception cref="PatchException">A directive is malformed or a list item has no merge key.</exception>
    public static JsonObject Apply(JsonObject document, JsonObject patch, SchemaType schema) => Structure(document, patch, schema) ?? [];

    // Null means that the patch deletes the structure.
    private static JsonObject? Structure(JsonObject? target, JsonObject patch, SchemaType? type)
    {
        switch (patch.Text(Directive))
        {
            case "replace":
                return (JsonObject)Cleaned(patch)!;
            case "delete":
                return null;
            case null or "merge":
                break;
            case var other:
                throw new PatchException($"unknown patch type: {other}", malformed: true);
        }

        var result = target is null ? [] : (JsonObject)target.DeepClone();
        if (patch[RetainKeys] is JsonArray)
            Retain(result, patch);
        foreach (var (name, value) in patch)
        {
            if (name is Directive or RetainKeys)
                continue;
            if (name.StartsWith(SetElementOrder, StringComparison.Ordinal))
                continue;
            if (name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal))
            {
                DeleteValues(result, name[DeleteFromPrimitiveList.Length..], value);
                continue;
            }

            if (value is null)
                result.Remove(name);
            else
                Member(result, name, value, type);
        }

        foreach (var (name, order) in patch)
        {
            if (name.StartsWith(SetElementOrder, StringComparison.Ordinal) && order is JsonArray wanted)
                Reorder(result, target, name[SetElementOrder.Length..], wanted, patch, type);
        }

        return result;
    }

    private static void Member(JsonObject result, string name, JsonNode value, SchemaType? type)
    {
        var field = type?.Field(name);
        var memberType = field?.Type ?? (type?.Kind == SchemaKind.Map ? type.Item : null);
        switch (value)
        {
            case JsonObject inner when field?.Merge.PatchReplace == true:
                result[name] = Cleaned(inner);
                break;
            case JsonObject inner:
                var merged = Structure(result[name] as JsonObject, inner, memberType);
                if (merged is null)
                    result.Remove(name);
                else
                    result[name] = merged;
                break;
            case JsonArray list when field?.Merge.PatchMerge == true:
                result[name] = field.Merge.PatchMergeKey is { } key
                    ? MergeObjects(result[name] as JsonArray, list, key, memberType?.Item, name)
                    : MergeScalars(result[name] as JsonArray, list);
                break;
            default:
                result[name] = Cleaned(value);
                break;
        }
    }

    private static void Retain(JsonObject result, JsonObject patch)
    {
        var keep = patch.Texts(RetainKeys).ToHashSet(StringComparer.Ordinal);
        foreach (var name in patch.Select(p => p.Key).Where(n => n[0] != '$' && patch[n] is not null))
        {
            if (!keep.Contains(name))
                throw new PatchException($"{RetainKeys} directive doesn't contain a non-null field: {name}", malformed: true);
        }

        foreach (var name in result.Select(p => p.Key).Where(n => !keep.Contains(n)).ToArray())
            result.Remove(name);
    }

    private static JsonArray MergeScalars(JsonArray? target, JsonArray patch)
    {
        var result = target is null ? [] : (JsonArray)target.DeepClone();
        foreach (var item in patch)
        {
            if (!result.Any(have => JsonNode.DeepEquals(have, item)))
                result.Add(item?.DeepClone());
        }

        return ListOrder.Order(result, patch.Select(Text), target?.Select(Text) ?? [], Text);
    }

    private static void DeleteValues(JsonObject result, string name, JsonNode? values)
    {
        if (result[name] is not JsonArray list || values is not JsonArray gone)
            return;
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (gone.Any(value => JsonNode.DeepEquals(value, list[i])))
                list.RemoveAt(i);
        }
    }

    private static JsonArray MergeObjects(JsonArray? target, JsonArray patch, string key, SchemaType? item, string name)
    {
        var items = patch.OfType<JsonObject>().ToArray();
        if (items.Any(i => i.Text(Directive) == "replace" && i.Count == 1))
            return new JsonArray([.. items.Where(i => !(i.Text(Directive) == "replace" && i.Count == 1)).Select(i => Cleaned(i))]);
        var result = target is null ? [] : (JsonArray)target.DeepClone();
        foreach (var change in items)
        {
            if (change[key] is not { } wanted)
                throw new PatchException($"map: {change.ToJsonString()} does not contain declared merge key: {key} (list {name})", malformed: true);
            var found = -1;
            for (var i = 0; i < result.Count && found < 0; i++)
            {
                if (JsonNode.DeepEquals(result[i].At(key), wanted))
                    found = i;
            }

            switch (change.Text(Directive))
            {
                case "delete":
                    // Several items may carry the same merge key (a port with two protocols): all of them go.
                    for (var i = result.Count - 1; i >= 0; i--)
                    {
                        if (JsonNode.DeepEquals(result[i].At(key), wanted))
                            result.RemoveAt(i);
                    }

                    break;
                case "replace" when found >= 0:
                    result[found] = Cleaned(change);
                    break;
                default:
                    if (found < 0)
                        result.Add(Structure(null, change, item));
                    else
                        result[found] = Structure(result[found] as JsonObject, change, item);
                    break;
            }
        }

        string Identity(JsonNode? node) => Text(node.At(key));
        return ListOrder.Order(result, items.Select(Identity), target?.Select(Identity) ?? [], Identity);
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    private static void Reorder(JsonObject result, JsonObject? target, string name, JsonArray order, JsonObject patch, SchemaType? type)
    {
        if (result[name] is not JsonArray list || list.Count == 0)
            return;
        var key = type?.Field(name)?.Merge.PatchMergeKey;
        string Identity(JsonNode? node) => Text(node is JsonObject && key is not null ? node.At(key) : node);
        var wanted = order.Select(Identity).ToHashSet(StringComparer.Ordinal);
        if (patch[name] is JsonArray listed && listed.Any(i => i.Text(Directive) is null && !wanted.Contains(Identity(i))))
            throw new PatchException($"The order in patch list:\n{patch[name]!.ToJsonString()}\n doesn't match $setElementOrder list:\n{order.ToJsonString()}\n", malformed: true);
        result[name] = ListOrder.Order(list, order.Select(Identity), (target?[name] as JsonArray)?.Select(Identity) ?? [], Identity);
    }

    // A value taken over as it stands must not carry directives or deletions into the document.
    private static JsonNode? Cleaned(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                var result = new JsonObject();
                foreach (var (name, value) in o)
                {
                    if (name is not (Directive or RetainKeys) && !name.StartsWith(SetElementOrder, StringComparison.Ordinal) && !name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal) && value is not null)
                        result[name] = Cleaned(value);
                }

                return result;
            case JsonArray a:
                return new JsonArray([.. a.Select(Cleaned)]);
            default:
                return node?.DeepClone();
        }
    }
}
