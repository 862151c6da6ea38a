using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>The rules of texts and numbers in custom resources: length, pattern, format, range.</summary>
internal static class ScalarRules
{
    public static void Check(JsonNode value, StructuralSchema schema, string path, FieldErrors errors)
    {
        if (value.AsText() is { } text)
            Text(text, schema, path, errors);
        else if (value is JsonValue number && number.TryGetValue<bool>(out _) is false)
            Number(value, schema, path, errors);
    }

    private static void Text(string text, StructuralSchema schema, string path, FieldErrors errors)
    {
        var length = new StringInfo(text).LengthInTextElements;
        if (schema.Source.Integer("minLength") is { } least && length < least)
            errors.Invalid(path, text, $"{path} in body should be at least {least} chars long");
        if (schema.Source.Integer("maxLength") is { } most && length > most)
            errors.TooLong(path, most);
        if (schema.Rules.Pattern is { } pattern && !Matches(pattern, text))
            errors.Invalid(path, text, $"{path} in body should match '{schema.Source.Text("pattern")}'");
        if (schema.Source.Text("format") is { } format && !HasFormat(text, format))
            errors.Invalid(path, text, $"{path} in body must be of type {format}: \"{text}\"");
    }

    private static bool Matches(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static void Number(JsonNode value, StructuralSchema schema, string path, FieldErrors errors)
    {
        var number = Double(value) ?? 0;
        var shown = value.ToJsonString();
        var source = schema.Source;
        if (Double(source["minimum"]) is { } least)
        {
            var open = source.Flag("exclusiveMinimum") == true;
            if (open ? number <= least : number < least)
                errors.Invalid(path, Raw(shown), $"{path} in body should be greater than {(open ? "" : "or equal to ")}{source["minimum"]!.ToJsonString()}");
        }

        if (Double(source["maximum"]) is { } most)
        {
            var open = source.Flag("exclusiveMaximum") == true;
            if (open ? number >= most : number > most)
                errors.Invalid(path, Raw(shown), $"{path} in body should be less than {(open ? "" : "or equal to ")}{source["maximum"]!.ToJsonString()}");
        }

        if (Double(source["multipleOf"]) is { } factor and > 0 && Math.Abs((number / factor) - Math.Round(number / factor)) > 1e-9)
            errors.Invalid(path, Raw(shown), $"{path} in body should be a multiple of {source["multipleOf"]!.ToJsonString()}");
        if (source.Text("format") == "int32" && number is < int.MinValue or > int.MaxValue)
            errors.Invalid(path, Raw(shown), $"{path} in body must be of type int32: \"{shown}\"");
    }

    // Numbers are shown without quotes.
    private static object Raw(string number) => decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact : number;

    private static double? Double(JsonNode? value) => value switch
    {
        JsonValue v when v.TryGetValue<long>(out var whole) => whole,
        JsonValue v when v.TryGetValue<double>(out var real) => real,
        JsonValue v when v.TryGetValue<int>(out var narrow) => narrow,
        _ => null,
    };

    // Formats that are not named here are documentation only, as in Kubernetes.
    private static bool HasFormat(string text, string format) => format switch
    {
        "date-time" or "datetime" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) && text.Length > 10,
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "ipv4" => IPAddress.TryParse(text, out var four) && four.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
        "ipv6" => IPAddress.TryParse(text, out var six) && six.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        "cidr" => IPNetwork.TryParse(text, out _),
        "uuid" or "uuid3" or "uuid4" or "uuid5" => Guid.TryParse(text, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _) || text.StartsWith('/'),
        "email" => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && !text.Contains(' ', StringComparison.Ordinal),
        "hostname" => NameRules.Subdomain(text.ToLowerInvariant()) is null,
        "mac" => System.Net.NetworkInformation.PhysicalAddress.TryParse(text, out _),
        "byte" => System.Buffers.Text.Base64.IsValid(text),
        _ => true,
    };
}
