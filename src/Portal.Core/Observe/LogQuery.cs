namespace Portal.Core.Observe;

/// <summary>Which lines of an app's logs.</summary>
public sealed record LogQuery
{
    /// <summary>Only this instance; null for all.</summary>
    public string? Instance { get; init; }

    /// <summary>Only instances of this process; null for all.</summary>
    public string? Process { get; init; }

    /// <summary>How many lines back to begin per instance, 0 to 10,000.</summary>
    public int Tail { get; init; } = 200;

    /// <summary>Whether to go on with new lines, and with instances that appear later.</summary>
    public bool Follow { get; init; }

    /// <summary>Whether to read what the previous container of each instance wrote before it died.</summary>
    public bool Previous { get; init; }
}
