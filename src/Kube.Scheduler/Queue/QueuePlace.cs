namespace Kube.Scheduler.Queue;

/// <summary>Where a queued pod waits.</summary>
internal enum QueuePlace
{
    /// <summary>In no queue: being decided or bound.</summary>
    None,

    /// <summary>Next in turn.</summary>
    Active,

    /// <summary>Tried again after a time.</summary>
    Backoff,

    /// <summary>Tried again when something changes that can help it.</summary>
    Unschedulable,
}
