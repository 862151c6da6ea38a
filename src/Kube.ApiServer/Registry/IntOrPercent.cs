using System.Globalization;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Values that are a number of pods or a share of them: <c>2</c> or <c>"25%"</c>.</summary>
internal static class IntOrPercent
{
    private const string Rule = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

    public static bool IsZero(JsonNode? value) => value.AsInteger() == 0 || value.AsText() == "0%";

    public static void Validate(JsonNode? value, string field, FieldErrors errors, bool atMostAll = false)
    {
        if (value.AsInteger() is { } number)
            errors.NotNegative(field, number);
        else if (value.AsText() is { } text && Percent(text) is null)
            errors.Invalid(field, text, Rule);
        else if (atMostAll && Percent(value.AsText() ?? "") > 100)
            errors.Invalid(field, value.AsText(), "must not be greater than 100%");
    }

    private static uint? Percent(string text) =>
        text.EndsWith('%') && uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent : null;
}
