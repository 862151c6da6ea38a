using System.Text.RegularExpressions;
using Portal.Core.Results;

namespace Portal.Core.Observe;

/// <summary>Decides which lines pass. A pattern runs in time linear to the line, whatever it is.</summary>
internal sealed partial class LogFilter
{
    private const int MaxSearch = 500;
    private readonly LogQuery _query;
    private readonly Regex? _pattern;

    private LogFilter(LogQuery query, Regex? pattern) => (_query, _pattern) = (query, pattern);

    /// <summary>Whether some lines are left out by what they say: then the newest ones of a log cannot be asked for by their number.</summary>
    public bool IsSelective => _query is { Search.Length: > 0 } or { Level: not null } or { Until: not null };

    public static Result<LogFilter> Of(LogQuery query)
    {
        var faults = new List<FieldError>();
        if (query.Tail is < 0 or > 10_000) faults.Add(new("tail", "Must be from 0 to 10000."));
        if (query is { Follow: true, Previous: true }) faults.Add(new("previous", "What a container wrote before it died cannot be followed."));
        if (query is { Follow: true, Until: not null }) faults.Add(new("until", "A time in which to end does not go with following."));
        if (query is { Since: { } since, Until: { } until } && since >= until) faults.Add(new("until", "Must be later than since."));
        if (query.Search?.Length > MaxSearch) faults.Add(new("search", $"Must be at most {MaxSearch} characters."));
        if (faults.Count > 0) return Error.Invalid(faults);
        if (query is not { Pattern: true, Search: { Length: > 0 } text }) return new LogFilter(query, null);
        try
        {
            return new LogFilter(query, new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (query.MatchCase ? RegexOptions.None : RegexOptions.IgnoreCase)));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Error.Invalid("search", "This is not a regular expression that can be used: look-around and back-references are not.");
        }
    }

    public bool Passes(LogLine line)
    {
        if (line.At is { } at && (at < _query.Since || at >= _query.Until)) return false;
        if (_query.Level is { } least && (line.Level ?? LogSeverity.Info) < least) return false;
        if (_query.Search is not { Length: > 0 } search) return true;
        // Colours stand between letters; nobody searches for them.
        var text = line.Text.Contains('\e', StringComparison.Ordinal) ? Colours().Replace(line.Text, "") : line.Text;
        return _pattern?.IsMatch(text) ?? text.Contains(search, _query.MatchCase ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether no later line of the same log can pass.</summary>
    public bool IsPast(LogLine line) => line.At >= _query.Until;

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Colours();
}
