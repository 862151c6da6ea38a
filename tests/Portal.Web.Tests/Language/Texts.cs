using System.Text;
using Testing;

namespace Portal.Web.Tests.Language;

/// <summary>Finds the texts that the console's source hands to <c>L</c>, <c>F</c> and <c>Count</c>, as the keys they have in the resource files.</summary>
internal static class Texts
{
    /// <summary>Every source file of the console's own, by its path below the project.</summary>
    public static IEnumerable<(string Path, string Text)> Sources() =>
        Directory.EnumerateFiles(Repository.Path("src/Portal.Web"), "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".razor" or ".cs")
            .Select(path => (Path: Path.GetRelativePath(Repository.Path("src/Portal.Web"), path).Replace('\\', '/'), Full: path))
            .Where(file => !file.Path.StartsWith("obj/", StringComparison.Ordinal) && !file.Path.StartsWith("bin/", StringComparison.Ordinal) && !file.Path.StartsWith("node_modules/", StringComparison.Ordinal))
            .Where(file => file.Path != "Language/Words.cs")
            .Select(file => (file.Path, File.ReadAllText(file.Full)));

    /// <summary>The keys of one source.</summary>
    public static IEnumerable<string> Keys(string source)
    {
        for (var at = 0; at < source.Length; at++)
        {
            if (source[at] != '(') continue;
            switch (NameBefore(source, at))
            {
                case "L":
                    foreach (var text in Literals(source, at)) yield return text;
                    break;
                case "F" when at + 2 < source.Length && source[at + 1] == '$' && source[at + 2] == '"':
                    yield return Format(source, at + 2).Text;
                    break;
                case "Count":
                    // Count(number, "{0} thing", "{0} things"); a call of LINQ has no such texts.
                    if (Literals(source, at) is [.., var one, var many] && many.Contains("{0}", StringComparison.Ordinal))
                    {
                        yield return one;
                        yield return many;
                    }
                    break;
            }
        }
    }

    private static string NameBefore(string source, int at)
    {
        var from = at;
        while (from > 0 && (char.IsLetterOrDigit(source[from - 1]) || source[from - 1] == '_')) from--;
        return source[from..at];
    }

    private static List<string> Literals(string source, int open)
    {
        var found = new List<string>();
        var depth = 1;
        var at = open + 1;
        while (depth > 0 && at < source.Length)
        {
            if (source[at] == '"')
            {
                var (text, next) = Plain(source, at);
                found.Add(text);
                at = next;
                continue;
            }
            if (source[at] == '(') depth++;
            if (source[at] == ')') depth--;
            at++;
        }
        return found;
    }

    private static (string Text, int Next) Plain(string source, int quote)
    {
        var text = new StringBuilder();
        var at = quote + 1;
        while (source[at] != '"')
        {
            if (source[at] == '\\') text.Append(Unescape(source[++at]));
            else text.Append(source[at]);
            at++;
        }
        return (text.ToString(), at + 1);
    }

    // $"a {b} c {d:HH}" is the format "a {0} c {1:HH}".
    private static (string Text, int Next) Format(string source, int quote)
    {
        var text = new StringBuilder();
        var (at, holes) = (quote + 1, 0);
        while (source[at] != '"')
        {
            if (source[at] == '{' && source[at + 1] != '{')
            {
                var (format, next) = Hole(source, at + 1);
                text.Append('{').Append(holes++).Append(format).Append('}');
                at = next;
                continue;
            }
            if (source[at] == '\\') text.Append(Unescape(source[++at]));
            else text.Append(source[at]);
            at++;
        }
        return (text.ToString(), at + 1);
    }

    private static (string Format, int Next) Hole(string source, int at)
    {
        var (depth, colon, asked) = (0, -1, false);
        while (source[at] != '}' || depth > 0)
        {
            switch (source[at])
            {
                case '"':
                    at = source[at - 1] == '$' ? Format(source, at).Next : Plain(source, at).Next;
                    continue;
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}':
                    depth--;
                    break;
                case '?' when source[at + 1] is not ('.' or '?' or '[') && source[at - 1] != '?':
                    asked = true;
                    break;
                case ':' when depth == 0 && !asked && colon < 0:
                    colon = at;
                    break;
            }
            at++;
        }
        return (colon < 0 ? "" : source[colon..at], at + 1);
    }

    private static char Unescape(char letter) => letter switch { 'n' => '\n', 't' => '\t', _ => letter };
}
