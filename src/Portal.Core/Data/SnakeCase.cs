using System.Text;

namespace Portal.Core.Data;

/// <summary>The database's spelling of a property name: <c>MemoryMebibytes</c> becomes <c>memory_mebibytes</c>.</summary>
internal static class SnakeCase
{
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
