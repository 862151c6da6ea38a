using System.Text;

namespace Portal.Core.Observe;

/// <summary>Reads lines without trusting their length: what is beyond the limit is dropped, however long it goes on.</summary>
internal static class BoundedLines
{
    private const int MaxLength = LogText.MaxLength + 64;

    /// <summary>The next line without its end, or null at the end of the text.</summary>
    public static async ValueTask<string?> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (await reader.ReadAsync(one.AsMemory(), cancellationToken) == 1)
        {
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            if (line.Length < MaxLength) line.Append(one[0]);
        }

        return line.Length > 0 ? line.ToString() : null;
    }
}
