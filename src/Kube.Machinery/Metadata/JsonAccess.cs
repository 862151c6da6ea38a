using System.Text.Json.Nodes;

namespace Kube.Machinery.Metadata;

/// <summary>Reads documents by path without throwing: a missing or differently typed value is null.</summary>
public static class JsonAccess
{
    /// <summary>The object under a name.</summary>
    public static JsonObject? Object(this JsonNode? node, string name) => Child(node, name) as JsonObject;

    /// <summary>The list under a name.</summary>
    public static JsonArray? Array(this JsonNode? node, string name) => Child(node, name) as JsonArray;

    /// <summary>The text under a name.</summary>
    public static string? Text(this JsonNode? node, string name) => AsText(Child(node, name));

    /// <summary>The integer under a name.</summary>
    public static long? Integer(this JsonNode? node, string name) => AsInteger(Child(node, name));

    /// <summary>The boolean under a name.</summary>
    public static bool? Flag(this JsonNode? node, string name) =>
        Child(node, name) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>The objects in the list under a name; empty when there is none.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? node, string name) => node.Array(name)?.OfType<JsonObject>() ?? [];

    /// <summary>The texts in the list under a name; empty when there is none.</summary>
    public static IEnumerable<string> Texts(this JsonNode? node, string name)
    {
        foreach (var item in node.Array(name) ?? [])
        {
            if (AsText(item) is { } text)
                yield return text;
        }
    }

    /// <summary>The node at a dotted path of names.</summary>
    public static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (var part in path.Split('.'))
            node = Child(node, part);
        return node;
    }

    /// <summary>A value as text; null when it is none.</summary>
    public static string? AsText(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A value as an integer; null when it is none.</summary>
    public static long? AsInteger(this JsonNode? node)
    {
        if (node is not JsonValue value)
            return null;
        if (value.TryGetValue<long>(out var wide))
            return wide;
        return value.TryGetValue<int>(out var narrow) ? narrow : null;
    }

    /// <summary>The object under a name, made when missing.</summary>
    public static JsonObject Ensure(this JsonObject node, string name)
    {
        if (node[name] is JsonObject found)
            return found;
        var made = new JsonObject();
        node[name] = made;
        return made;
    }

    /// <summary>Sets a value when the name is absent.</summary>
    public static void SetDefault(this JsonObject node, string name, JsonNode? value)
    {
        if (node[name] is null)
            node[name] = value;
    }

    private static JsonNode? Child(JsonNode? node, string name) => node is JsonObject o && o.TryGetPropertyValue(name, out var child) ? child : null;
}
