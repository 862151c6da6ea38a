using System.Globalization;
using System.Text;

namespace Kube.Node.Streaming;

/// <summary>One entry of a CRI log: <c>2026-11-24T23:00:00.123456789Z stdout F text</c>; the tag P says that the line goes on in the next entry.</summary>
internal readonly ref struct LogLine
{
    private LogLine(ReadOnlySpan<byte> timestamp, bool isPartial, ReadOnlySpan<byte> text)
    {
        Timestamp = timestamp;
        IsPartial = isPartial;
        Text = text;
    }

    public ReadOnlySpan<byte> Timestamp { get; }

    public bool IsPartial { get; }

    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Reads an entry without its line break; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> entry, out LogLine line)
    {
        line = default;
        var first = entry.IndexOf((byte)' ');
        if (first <= 0)
            return false;
        var rest = entry[(first + 1)..];
        var second = rest.IndexOf((byte)' ');
        if (second <= 0)
            return false;
        var tagged = rest[(second + 1)..];
        var third = tagged.IndexOf((byte)' ');
        var tags = third < 0 ? tagged : tagged[..third];
        if (tags.IsEmpty)
            return false;
        line = new LogLine(entry[..first], tags[0] == (byte)'P', third < 0 ? [] : tagged[(third + 1)..]);
        return true;
    }

    /// <summary>The entry's time; null when it cannot be read. Nanoseconds are cut to what the clock type holds.</summary>
    public DateTimeOffset? Time =>
        DateTimeOffset.TryParse(Encoding.ASCII.GetString(Timestamp), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
