namespace Portal.Core.Observe;

/// <summary>How grave a line calls itself, from the least to the most.</summary>
public enum LogSeverity
{
    /// <summary>Trace or debug.</summary>
    Debug,

    /// <summary>Information.</summary>
    Info,

    /// <summary>A warning.</summary>
    Warn,

    /// <summary>An error, or worse.</summary>
    Error,
}
