using System.Buffers;
using System.Text;

namespace Portal.Core.Observe;

/// <summary>Makes a line of a container fit to be shown: no control characters but tab and colours, and a bounded length.</summary>
internal static class LogText
{
    public const int MaxLength = 16 * 1024;

    private static readonly SearchValues<char> Parameters = SearchValues.Create("0123456789;");

    public static string Clean(string line)
    {
        if (line.Length <= MaxLength && !line.Any(IsHostile)) return line;
        var text = new StringBuilder(Math.Min(line.Length, MaxLength));
        for (var index = 0; index < line.Length && text.Length < MaxLength; index++)
        {
            if (line[index] == '\e' && ColourLength(line.AsSpan(index)) is > 0 and var length)
            {
                text.Append(line, index, length);
                index += length - 1;
            }
            else if (!IsHostile(line[index])) text.Append(line[index]);
        }

        return text.ToString();
    }

    /// <summary>The length of <c>ESC [ digits ; digits m</c> at the beginning, or 0.</summary>
    private static int ColourLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[1] != '[') return 0;
        var end = text[2..].IndexOfAnyExcept(Parameters);
        return end is >= 0 and <= 20 && text[2 + end] == 'm' ? end + 3 : 0;
    }

    // Bidirectional overrides can make a line read as another one.
    private static bool IsHostile(char c) => (char.IsControl(c) && c != '\t') || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
