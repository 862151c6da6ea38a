using System.Text;

namespace Portal.Web.Pages.Apps;

/// <summary>A list of arguments as one line of text, with double quotes around those that contain blanks, and back.</summary>
internal static class CommandLine
{
    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(argument =>
        argument.Length > 0 && !argument.Any(c => char.IsWhiteSpace(c) || c is '"' or '\\') ? argument : $"\"{argument.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));

    public static IReadOnlyList<string> Split(string line)
    {
        var arguments = new List<string>();
        var current = new StringBuilder();
        bool quoted = false, started = false;
        for (var index = 0; index < line.Length; index++)
        {
            var c = line[index];
            if (c == '\\' && index + 1 < line.Length && line[index + 1] is '"' or '\\')
            {
                current.Append(line[++index]);
                started = true;
            }
            else if (c == '"') (quoted, started) = (!quoted, true);
            else if (char.IsWhiteSpace(c) && !quoted)
            {
                if (started) arguments.Add(current.ToString());
                current.Clear();
                started = false;
            }
            else
            {
                current.Append(c);
                started = true;
            }
        }
        if (started) arguments.Add(current.ToString());
        return arguments;
    }
}
