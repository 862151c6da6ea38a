namespace Portal.Core.Observe;

/// <summary>One line an instance wrote. Control characters are removed except tab and colour sequences (ESC [ … m).</summary>
/// <param name="Instance">The instance's name; empty for a gap.</param>
/// <param name="Process">The process it runs.</param>
/// <param name="At">When it was written, when the cluster says so.</param>
/// <param name="Text">The line without its end; at most 16 KiB, longer ones are cut.</param>
public sealed record LogLine(string Instance, string Process, DateTimeOffset? At, string Text)
{
    /// <summary>How grave it calls itself, when it does.</summary>
    public LogSeverity? Level { get; init; }

    /// <summary>Whether this is no line but a word of the portal's about lines that are missing here.</summary>
    public bool Gap { get; init; }
}
