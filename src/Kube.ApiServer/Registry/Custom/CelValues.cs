using System.Globalization;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>Values as rules see them: maps, lists, texts, numbers, times and durations.</summary>
internal static class CelValues
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return",
    };

    public static object? Of(JsonNode? node, StructuralSchema? schema) => node switch
    {
        null => null,
        // The names of properties are escaped to be identifiers; the keys of maps are texts and stay.
        JsonObject o => o.ToDictionary(p => schema?.Properties.ContainsKey(p.Key) == true ? Escape(p.Key) : p.Key, p => Of(p.Value, schema?.Properties.GetValueOrDefault(p.Key) ?? schema?.Values)),
        JsonArray a => a.Select(i => Of(i, schema?.Items)).ToList(),
        JsonValue v when v.TryGetValue<string>(out var text) => Text(text, schema?.Source.Text("format")),
        JsonValue v when v.TryGetValue<bool>(out var flag) => flag,
        JsonValue v when schema?.Type != "number" && v.AsInteger() is { } whole => whole,
        JsonValue v when v.TryGetValue<double>(out var real) => real,
        _ => (double)(node.AsInteger() ?? 0),
    };

    /// <summary>How many values there are in a document.</summary>
    public static int Size(JsonNode? node) => node switch
    {
        JsonObject o => 1 + o.Sum(p => Size(p.Value)),
        JsonArray a => 1 + a.Sum(Size),
        _ => 1,
    };

    private static object Text(string text, string? format) => format switch
    {
        "date-time" when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        "date" when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) => day,
        _ => text,
    };

    private static string Escape(string name)
    {
        if (Keywords.Contains(name))
            return $"__{name}__";
        return name.Replace("__", "__underscores__", StringComparison.Ordinal).Replace(".", "__dot__", StringComparison.Ordinal).Replace("-", "__dash__", StringComparison.Ordinal).Replace("/", "__slash__", StringComparison.Ordinal);
    }
}
