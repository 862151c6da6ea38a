using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube.Machinery.Schema;

namespace Kube.Machinery.Patches;

/// <summary>One step of a field path, in the text form of fieldsV1.</summary>
internal static class PathElement
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Field(string name) => "f:" + name;

    public static string Value(JsonNode? value) => "v:" + (value?.ToJsonString(Relaxed) ?? "null");

    /// <summary>The key of a list-map item, missing fields taken at their defaults; null when a field without a default is missing.</summary>
    public static string? Key(JsonNode? item, IReadOnlyList<ListKey> keys)
    {
        if (item is not JsonObject fields)
            return null;
        var key = new JsonObject();
        foreach (var part in keys.OrderBy(k => k.Name, StringComparer.Ordinal))
        {
            if (fields[part.Name] is { } value)
                key[part.Name] = value.DeepClone();
            else if (part.Default is not null)
                key[part.Name] = part.Default;
            else
                return null;
        }

        return "k:" + key.ToJsonString(Relaxed);
    }

    /// <summary>For a message: <c>.image</c>, <c>[name="web"]</c>, <c>[="x"]</c>.</summary>
    public static string Display(string element)
    {
        var rest = element[2..];
        switch (element[0])
        {
            case 'f':
                return "." + rest;
            case 'k' when JsonNode.Parse(rest) is JsonObject key:
                return "[" + string.Join(',', key.Select(p => $"{p.Key}={p.Value?.ToJsonString(Relaxed)}")) + "]";
            default:
                return $"[={rest}]";
        }
    }
}
