using System.Text;
using System.Text.Json;

namespace Kube.Node.Streaming;

/// <summary>
/// The forms in which a value can turn up in a log: as it is and line by line, in base64 (both alphabets, at each of the three offsets it can have inside a longer text),
/// percent-encoded, in hexadecimal, and escaped as in JSON. Forms are byte strings written as Latin-1 text.
/// </summary>
internal static class SecretForms
{
    /// <summary>Shorter values are words of every log; to hide them would hide the log.</summary>
    public const int LeastBytes = 4;

    // What is shorter in base64 turns up by chance.
    private const int LeastEncoded = 8;

    public static IEnumerable<string> Of(byte[] value)
    {
        if (value.Length < LeastBytes)
            yield break;
        foreach (var part in Parts(value))
        {
            yield return Encoding.Latin1.GetString(part);
            foreach (var form in Base64(part))
                yield return form;
            if (part.Length * 2 >= LeastEncoded)
            {
                yield return Convert.ToHexStringLower(part);
                yield return Convert.ToHexString(part);
            }

            var text = Encoding.UTF8.GetString(part);
            var percent = Uri.EscapeDataString(text);
            yield return percent;
            yield return Lower(percent);
            yield return percent.Replace("%20", "+", StringComparison.Ordinal);
            yield return Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()));
            yield return JsonEncodedText.Encode(text).ToString();
        }
    }

    // A log is read line by line, so a value of several lines (a key in PEM) is also looked for by its lines.
    private static IEnumerable<byte[]> Parts(byte[] value)
    {
        yield return value;
        var trimmed = Encoding.Latin1.GetString(value).Trim('\r', '\n', ' ', '\t');
        if (trimmed.Length < value.Length && trimmed.Length >= LeastBytes)
            yield return Encoding.Latin1.GetBytes(trimmed);
        if (!trimmed.Contains('\n', StringComparison.Ordinal))
            yield break;
        foreach (var line in trimmed.Split('\n').Select(line => line.Trim('\r')).Where(line => line.Length >= 2 * LeastBytes && !line.StartsWith("-----", StringComparison.Ordinal)))
            yield return Encoding.Latin1.GetBytes(line);
    }

    // Of a value inside a longer text only the characters that depend on nothing but the value can be known.
    private static IEnumerable<string> Base64(byte[] value)
    {
        for (var offset = 0; offset < 3; offset++)
        {
            var shifted = new byte[offset + value.Length];
            value.CopyTo(shifted, offset);
            var first = (offset * 8 + 5) / 6;
            var encoded = Convert.ToBase64String(shifted);
            var inner = encoded[first..(shifted.Length * 8 / 6)];
            if (inner.Length < LeastEncoded)
                continue;
            // And the whole rest where the value ends the text, padded or not.
            foreach (var form in (string[])[inner, encoded[first..], encoded[first..].TrimEnd('=')])
            {
                yield return form;
                yield return form.Replace('+', '-').Replace('/', '_');
            }
        }
    }

    // %2F and %2f mean the same; letters outside the escapes stay.
    private static string Lower(string percent)
    {
        var text = new StringBuilder(percent);
        for (var i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] != '%')
                continue;
            text[i + 1] = char.ToLowerInvariant(text[i + 1]);
            text[i + 2] = char.ToLowerInvariant(text[i + 2]);
            i += 2;
        }

        return text.ToString();
    }
}
