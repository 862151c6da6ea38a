namespace Portal.Core.Observe;

/// <summary>Which lines of an app's logs.</summary>
public sealed record LogQuery
{
    /// <summary>Only this instance; null for all.</summary>
    public string? Instance { get; init; }

    /// <summary>Only instances of this process; null for all.</summary>
    public string? Process { get; init; }

    /// <summary>How many lines back to begin per instance, 0 to 10,000; of those that pass the other conditions.</summary>
    public int Tail { get; init; } = 200;

    /// <summary>Whether to go on with new lines, and with instances that appear later.</summary>
    public bool Follow { get; init; }

    /// <summary>Whether to read what the previous container of each instance wrote before it died.</summary>
    public bool Previous { get; init; }

    /// <summary>Only lines that contain this text; null or empty for all.</summary>
    public string? Search { get; init; }

    /// <summary>Whether <see cref="Search"/> is a regular expression (without look-around and back-references).</summary>
    public bool Pattern { get; init; }

    /// <summary>Whether the case of letters counts in <see cref="Search"/>.</summary>
    public bool MatchCase { get; init; }

    /// <summary>Only lines that call themselves at least so grave; null for all.</summary>
    public LogSeverity? Level { get; init; }

    /// <summary>Only lines from this moment on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only lines before this moment; not while following.</summary>
    public DateTimeOffset? Until { get; init; }
}
