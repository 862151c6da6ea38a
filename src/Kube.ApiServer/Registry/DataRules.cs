using System.Text;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>What ConfigMaps and Secrets have in common.</summary>
internal static class DataRules
{
    private const int MaxBytes = 1024 * 1024;

    public static void Keys(JsonObject? data, string field, FieldErrors errors)
    {
        foreach (var (key, _) in data ?? [])
            errors.Check($"{field}[{key}]", key, NameRules.DataKey(key));
    }

    public static void Size(JsonObject document, string field, string[] maps, FieldErrors errors)
    {
        long size = 0;
        foreach (var map in maps)
        {
            foreach (var (_, value) in document.Object(map) ?? [])
                size += Encoding.UTF8.GetByteCount(value.AsText() ?? "");
        }

        if (size > MaxBytes * 4L / 3)
            errors.Invalid(field.Length == 0 ? "[]" : field, "", $"Too long: may not be more than {MaxBytes} bytes");
    }

    public static void Immutability(JsonObject document, JsonObject old, string[] fields, FieldErrors errors)
    {
        if (old.Flag("immutable") != true)
            return;
        if (document.Flag("immutable") != true)
            errors.Forbidden("immutable", "field is immutable when `immutable` is set");
        foreach (var field in fields)
        {
            if (!JsonNode.DeepEquals(document[field], old[field]))
                errors.Forbidden(field, "field is immutable when `immutable` is set");
        }
    }
}
