namespace Portal.Core.Releases;

/// <summary>Where a release is on its way to running. The last four are final.</summary>
public enum RolloutState
{
    /// <summary>Stored; nothing has been done yet.</summary>
    Queued,

    /// <summary>Objects are being written to the cluster.</summary>
    Applying,

    /// <summary>Objects are written; instances are being replaced.</summary>
    Rolling,

    /// <summary>Every instance runs this release and is ready.</summary>
    Live,

    /// <summary>It did not become live before its deadline, or the cluster refused it.</summary>
    Failed,

    /// <summary>A newer release took its place before it became live.</summary>
    Superseded,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,
}
