namespace Kube.ApiServer.Storage;

/// <summary>Another process has taken the leadership: this one must not write any more.</summary>
/// <param name="outcomeUnknown">True when the batch in flight may have been committed before; the log tells.</param>
internal sealed class LogFencedException(bool outcomeUnknown = false) : Exception("Another server process has taken the lead of the store.")
{
    /// <summary>True when the batch in flight may have been committed before the lead was lost.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}
