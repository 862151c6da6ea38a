using System.Globalization;

namespace Portal.Core.Apps;

/// <summary>Whether a text is a schedule as CronJobs take it: five fields (minute, hour, day, month, weekday) or a word. What it means is for the cluster.</summary>
internal static class CronText
{
    /// <summary>Only what may stand in a schedule at all; the schema carries it.</summary>
    public const string Pattern = "^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|[-0-9A-Za-z*/,?]+( [-0-9A-Za-z*/,?]+){4})$";

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly (string Name, int Min, int Max, string[] Words)[] Fields =
        [("minute", 0, 59, []), ("hour", 0, 23, []), ("day of the month", 1, 31, []), ("month", 1, 12, Months), ("weekday", 0, 7, Weekdays)];

    /// <summary>The first fault, or null.</summary>
    public static string? Fault(string text)
    {
        if (text.StartsWith('@')) return null;
        var parts = text.Split(' ');
        for (var index = 0; index < Fields.Length; index++)
        {
            if (parts.Length != Fields.Length || !parts[index].Split(',').All(item => IsItem(item, Fields[index]))) return $"The {Fields[index].Name} '{parts.ElementAtOrDefault(index)}' must be from {Fields[index].Min} to {Fields[index].Max}, * or a list, range or step of these.";
        }

        return null;
    }

    // "*", "5", "1-5", "*/15", "10-50/10"
    private static bool IsItem(string item, (string Name, int Min, int Max, string[] Words) field)
    {
        var (range, step) = item.Split('/') is [var only] ? (only, "1") : item.Split('/') is [var left, var right] ? (left, right) : ("", "");
        if (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var every) || every < 1) return false;
        if (range is "*" or "?") return true;
        var ends = range.Split('-').Select(end => Value(end, field)).ToList();
        return ends.TrueForAll(end => end is not null) && (ends.Count == 1 || (ends.Count == 2 && ends[0] <= ends[1]));
    }

    private static int? Value(string text, (string Name, int Min, int Max, string[] Words) field)
    {
        var word = Array.IndexOf(field.Words, text.ToLowerInvariant());
        if (word >= 0) return word + (field.Words == Months ? 1 : 0);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= field.Min && number <= field.Max ? number : null;
    }
}
