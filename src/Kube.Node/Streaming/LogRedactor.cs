using System.Buffers;
using System.Text;

namespace Kube.Node.Streaming;

/// <summary>
/// Takes known secret values out of log text, in all their <see cref="SecretForms"/>, before it leaves the node. A line that comes in pieces is held back as far as a value
/// could still be unfinished. Immutable; the state of a line is the caller's.
/// </summary>
internal sealed class LogRedactor
{
    /// <summary>What stands in a value's place.</summary>
    public const string Mark = "[redacted]";

    /// <summary>Knows no values and changes nothing.</summary>
    public static readonly LogRedactor None = new([]);

    // A text that breaks off within so many characters of a value shows too little of it to matter.
    private const int LeastPrefix = 4;

    private readonly string[] _forms;
    private readonly SearchValues<string>? _search;
    private readonly int _longest;

    /// <param name="values">The secret values; short ones are left out, see <see cref="SecretForms.LeastBytes"/>.</param>
    public LogRedactor(IEnumerable<byte[]> values)
    {
        _forms = [.. values.SelectMany(SecretForms.Of).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length)];
        if (_forms.Length == 0)
            return;
        _search = SearchValues.Create(_forms, StringComparison.Ordinal);
        _longest = _forms[0].Length;
    }

    /// <summary>Whether there is anything to look for.</summary>
    public bool IsEmpty => _search is null;

    /// <summary>Cleans a piece of a line.</summary>
    /// <param name="text">What is held of the line so far, and the piece, as Latin-1.</param>
    /// <param name="isEnd">Whether the line ends with it.</param>
    /// <param name="clean">Receives what may go out.</param>
    /// <returns>How much of the text's end has to be held until the next piece.</returns>
    public int Redact(ReadOnlySpan<char> text, bool isEnd, StringBuilder clean)
    {
        var safe = isEnd ? text.Length : Math.Max(0, text.Length - _longest + 1);
        var at = 0;
        while (at < safe)
        {
            var found = text[at..].IndexOfAny(_search!);
            if (found < 0 || at + found >= safe)
            {
                clean.Append(text[at..safe]);
                return text.Length - safe;
            }

            var (start, end) = (at + found, End(text, at + found));
            if (!isEnd && end > safe)
            {
                // What follows may make the match longer.
                clean.Append(text[at..start]);
                return text.Length - start;
            }

            clean.Append(text[at..start]).Append(Mark);
            at = end;
        }

        return text.Length - at;
    }

    /// <summary>Cleans what is held when the log ends amid a line: the beginning of a value goes too.</summary>
    public void RedactEnd(ReadOnlySpan<char> held, StringBuilder clean)
    {
        for (var start = Math.Max(0, held.Length - _longest + 1); start <= held.Length - LeastPrefix; start++)
        {
            var rest = held[start..];
            foreach (var form in _forms)
            {
                if (form.Length <= rest.Length)
                    break;
                if (!form.AsSpan().StartsWith(rest, StringComparison.Ordinal))
                    continue;
                Redact(held[..start], isEnd: true, clean);
                clean.Append(Mark);
                return;
            }
        }

        Redact(held, isEnd: true, clean);
    }

    // The end of the values that begin at a place or overlap those that do.
    private int End(ReadOnlySpan<char> text, int start)
    {
        var end = start + Length(text[start..]);
        for (var at = start + 1; at < end;)
        {
            // A form that begins inside may reach as far beyond as it is long.
            var found = text[at..Math.Min(text.Length, end - 1 + _longest)].IndexOfAny(_search!);
            if (found < 0 || at + found >= end)
                return end;
            at += found;
            end = Math.Max(end, at + Length(text[at..]));
            at++;
        }

        return end;
    }

    private int Length(ReadOnlySpan<char> text)
    {
        foreach (var form in _forms)
        {
            if (text.StartsWith(form, StringComparison.Ordinal))
                return form.Length;
        }

        return 1;
    }
}
