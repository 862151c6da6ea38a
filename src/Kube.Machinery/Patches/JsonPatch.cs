using System.Globalization;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.Machinery.Patches;

/// <summary>JSON patch, RFC 6902, over JSON pointers, RFC 6901.</summary>
public static class JsonPatch
{
    /// <summary>Kubernetes' own limit on operations in one patch.</summary>
    public const int MaxOperations = 10_000;

    // A few copies of a copy double the document each time; what the server would not store is refused before it is built.
    private const int MaxCopied = 3 * 1024 * 1024;

    // Deeper than the reader takes a document; patches must not build what could not be read back.
    private const int MaxDepth = 128;

    /// <summary>Applies a patch to a copy of a document.</summary>
    /// <exception cref="PatchException">The patch is broken, or an operation does not fit.</exception>
    public static JsonNode? Apply(JsonNode? document, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
            throw new PatchException("a JSON patch is a list of operations", malformed: true);
        if (operations.Count > MaxOperations)
            throw new PatchException($"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}", malformed: true);
        var root = document?.DeepClone();
        var budget = MaxCopied;
        foreach (var operation in operations)
        {
            if (operation is not JsonObject fields || fields.Text("op") is not { } op || fields.Text("path") is not { } path)
                throw new PatchException("an operation needs \"op\" and \"path\"", malformed: true);
            switch (op)
            {
                case "add":
                    CheckDepth(path, fields["value"]);
                    Add(ref root, path, Value(fields));
                    break;
                case "replace":
                    CheckDepth(path, fields["value"]);
                    Find(root, path);
                    Replace(ref root, path, Value(fields));
                    break;
                case "remove":
                    Remove(ref root, path);
                    break;
                case "test":
                    if (!JsonNode.DeepEquals(Find(root, path), Value(fields)))
                        throw new PatchException($"testing value {path} failed", malformed: false);
                    break;
                case "copy":
                    var copied = Find(root, From(fields))?.DeepClone();
                    budget -= NodeSize.Of(copied);
                    if (budget < 0)
                        throw new PatchException("the copy operations make the document too large", malformed: false);
                    CheckDepth(path, copied);
                    Add(ref root, path, copied);
                    break;
                case "move":
                    var from = From(fields);
                    if (path.StartsWith(from + "/", StringComparison.Ordinal))
                        throw new PatchException($"cannot move {from} into itself", malformed: false);
                    var moved = Find(root, from)?.DeepClone();
                    CheckDepth(path, moved);
                    Remove(ref root, from);
                    Add(ref root, path, moved);
                    break;
                default:
                    throw new PatchException($"unknown operation \"{op}\"", malformed: true);
            }
        }

        return root;
    }

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value) ? value?.DeepClone() : throw new PatchException("the operation needs a \"value\"", malformed: true);

    private static string From(JsonObject operation) => operation.Text("from") ?? throw new PatchException("the operation needs a \"from\"", malformed: true);

    private static void CheckDepth(string path, JsonNode? value)
    {
        if (path.AsSpan().Count('/') + NodeSize.Depth(value) > MaxDepth)
            throw new PatchException("the patch nests the document too deeply", malformed: false);
    }

    private static JsonNode? Find(JsonNode? root, string path)
    {
        var node = root;
        foreach (var part in Parts(path))
        {
            node = node switch
            {
                JsonObject o when o.TryGetPropertyValue(part, out var child) => child,
                JsonArray a when Index(part, a.Count - 1) is { } i => a[i],
                _ => throw Missing(path),
            };
        }

        return node;
    }

    private static void Add(ref JsonNode? root, string path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            root = value;
            return;
        }

        var (parent, last) = Parent(root, path);
        switch (parent)
        {
            case JsonObject o:
                o[last] = value;
                break;
            case JsonArray a when last == "-":
                a.Add(value);
                break;
            case JsonArray a when Index(last, a.Count) is { } i:
                a.Insert(i, value);
                break;
            default:
                throw Missing(path);
        }
    }

    private static void Replace(ref JsonNode? root, string path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            root = value;
            return;
        }

        var (parent, last) = Parent(root, path);
        if (parent is JsonArray a)
            a[Index(last, a.Count - 1)!.Value] = value;
        else
            ((JsonObject)parent!)[last] = value;
    }

    private static void Remove(ref JsonNode? root, string path)
    {
        if (path.Length == 0)
        {
            root = null;
            return;
        }

        var (parent, last) = Parent(root, path);
        var removed = parent switch
        {
            JsonObject o => o.Remove(last),
            JsonArray a when Index(last, a.Count - 1) is { } i => RemoveAt(a, i),
            _ => false,
        };
        if (!removed)
            throw Missing(path);
    }

    private static bool RemoveAt(JsonArray list, int index)
    {
        list.RemoveAt(index);
        return true;
    }

    private static (JsonNode? Parent, string Last) Parent(JsonNode? root, string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash < 0)
            throw new PatchException($"the path \"{path}\" must start with \"/\"", malformed: true);
        return (Find(root, path[..slash]), Unescape(path[(slash + 1)..]));
    }

    private static IEnumerable<string> Parts(string path)
    {
        if (path.Length == 0)
            return [];
        return path[0] == '/' ? path[1..].Split('/').Select(Unescape) : throw new PatchException($"the path \"{path}\" must start with \"/\"", malformed: true);
    }

    private static int? Index(string part, int max) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= max && (part == "0" || part[0] != '0') ? index : null;

    private static string Unescape(string part) => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static PatchException Missing(string path) => new($"the path \"{path}\" does not exist in the document", malformed: false);
}
