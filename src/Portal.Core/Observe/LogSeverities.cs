using System.Collections.Frozen;

namespace Portal.Core.Observe;

/// <summary>
/// Reads from a line how grave it calls itself: a word such as ERROR in capitals, or in any case where a level stands (<c>error:</c>, <c>[warn]</c>, <c>level=info</c>,
/// <c>"level":"debug"</c>). Prose that merely mentions an error is none.
/// </summary>
internal static class LogSeverities
{
    private const int LooksAt = 200;

    private static readonly FrozenDictionary<string, LogSeverity> Words = new[]
    {
        (LogSeverity.Debug, "trace trce debug dbug dbg"),
        (LogSeverity.Info, "info information inf notice"),
        (LogSeverity.Warn, "warn warning wrn"),
        (LogSeverity.Error, "error err fail fatal crit critical panic emerg alert severe"),
    }.SelectMany(row => row.Item2.Split(' ').Select(word => (Word: word, Level: row.Item1))).ToFrozenDictionary(row => row.Word, row => row.Level, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, LogSeverity>.AlternateLookup<ReadOnlySpan<char>> BySpan = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    public static LogSeverity? Of(string line)
    {
        var text = line.AsSpan(0, Math.Min(line.Length, LooksAt));
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsAsciiLetter(text[at])) continue;
            var end = at + 1;
            while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
            if (end - at is >= 3 and <= 11 && BySpan.TryGetValue(text[at..end], out var level) && IsLevel(text, at, end)) return level;
            at = end;
        }

        return null;
    }

    private static bool IsLevel(ReadOnlySpan<char> text, int start, int end)
    {
        // ERROR_CODE and ERROR-7 are names.
        if (end < text.Length && text[end] is '_' or '-' || (start > 0 && text[start - 1] is '_' or '-' or '/')) return false;
        if (text[start..end].IndexOfAnyInRange('a', 'z') < 0) return true;
        return (end < text.Length && text[end] is ':' or ']' or '|') || (start > 0 && text[start - 1] is '=' or '[')
            || (start > 1 && text[start - 1] == '"' && text[..(start - 1)].TrimEnd(" :").EndsWith("level\"", StringComparison.OrdinalIgnoreCase));
    }
}
