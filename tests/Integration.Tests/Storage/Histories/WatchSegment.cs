namespace Integration.Tests.Storage.Histories;

/// <summary>What one connection of a watcher delivered.</summary>
/// <param name="Watcher">Whose.</param>
/// <param name="After">The revision it was opened at.</param>
internal sealed record WatchSegment(int Watcher, long After)
{
    /// <summary>The events, in the order they came.</summary>
    public List<LogRow> Events { get; } = [];

    /// <summary>What the watch said to have delivered up to (a bookmark) when it ended.</summary>
    public long Bookmark { get; set; } = After;

    /// <summary>Set when an event came behind a bookmark that had claimed it.</summary>
    public string? Broken { get; set; }
}
