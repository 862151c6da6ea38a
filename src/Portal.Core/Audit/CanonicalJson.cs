using System.Globalization;
using System.Text;

namespace Portal.Core.Audit;

/// <summary>
/// The canonical form of a flat JSON object of texts and whole numbers, by RFC 8785: members in the order of their names, no white space, only the escapes that are needed.
/// What is hashed and signed is this form in UTF-8, so that anybody can rebuild it.
/// </summary>
internal static class CanonicalJson
{
    public static byte[] Of(params IEnumerable<(string Name, object Value)> members)
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in members.OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            if (text.Length > 1) text.Append(',');
            Quote(text, name);
            text.Append(':');
            if (value is long number) text.Append(number.ToString(CultureInfo.InvariantCulture));
            else Quote(text, (string)value);
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    /// <summary>A time to the microsecond, which is what the database keeps.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }

        text.Append('"');
    }
}
