using System.Globalization;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Columns that many kinds share, and the formats of cells.</summary>
internal static class Columns
{
    public static readonly TableColumn Name = new("Name", (o, _) => o.Object("metadata").Text("name")) { Format = "name", Description = "Name must be unique within a namespace." };

    public static readonly TableColumn Age = new("Age", (o, now) => AgeOf(o.Object("metadata").Text("creationTimestamp"), now)) { Description = "Time since the object was created." };

    public static TableColumn Text(string name, string path, string missing = "<none>") => new(name, (o, _) => Scalar(o.At(path)) ?? missing);

    public static TableColumn Wide(string name, Func<JsonObject, string?> value) => new(name, (o, _) => value(o) is { Length: > 0 } text ? text : "<none>") { Priority = 1 };

    public static TableColumn Number(string name, string path) => new(name, (o, _) => o.At(path).AsInteger() ?? 0) { Type = "integer" };

    public static TableColumn Of(string name, Func<JsonObject, JsonNode?> value) => new(name, (o, _) => value(o));

    public static string? Scalar(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value => value.ToJsonString(),
        _ => null,
    };

    /// <summary>The age of something, in the two most significant units as Kubernetes rounds it: 5s, 3m10s, 2h, 4d3h.</summary>
    public static string AgeOf(string? timestamp, DateTimeOffset now)
    {
        if (timestamp is null || !DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var then))
            return "<unknown>";
        return Duration(now - then);
    }

    public static string Duration(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        if (seconds < -1)
            return "<invalid>";
        if (seconds < 0)
            return "0s";
        if (seconds < 120)
            return $"{seconds}s";
        var minutes = seconds / 60;
        if (minutes < 10)
            return Two(minutes, "m", seconds % 60, "s");
        if (minutes < 180)
            return $"{minutes}m";
        var hours = minutes / 60;
        if (hours < 8)
            return Two(hours, "h", minutes % 60, "m");
        if (hours < 48)
            return $"{hours}h";
        var days = hours / 24;
        if (days < 8)
            return Two(days, "d", hours % 24, "h");
        if (days < 365 * 2)
            return $"{days}d";
        var years = days / 365;
        return years < 8 ? Two(years, "y", days % 365, "d") : $"{years}y";
    }

    /// <summary>Labels or a match-labels selector as <c>a=b,c=d</c>.</summary>
    public static string Labels(JsonObject? labels) =>
        labels is null || labels.Count == 0 ? "<none>" : string.Join(',', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value.AsText()}"));

    /// <summary>A LabelSelector object as text.</summary>
    public static string Selector(JsonObject? selector)
    {
        var terms = new List<string>();
        foreach (var (key, value) in selector.Object("matchLabels") ?? [])
            terms.Add($"{key}={value.AsText()}");
        foreach (var expression in selector.Objects("matchExpressions"))
        {
            var key = expression.Text("key");
            var values = string.Join(',', expression.Texts("values"));
            terms.Add(expression.Text("operator") switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "DoesNotExist" => $"!{key}",
                _ => key ?? "",
            });
        }

        return terms.Count == 0 ? "<none>" : string.Join(',', terms);
    }

    private static string Two(long high, string highUnit, long low, string lowUnit) => low == 0 ? $"{high}{highUnit}" : $"{high}{highUnit}{low}{lowUnit}";
}
