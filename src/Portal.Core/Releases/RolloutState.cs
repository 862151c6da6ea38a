namespace Portal.Core.Releases;

/// <summary>Where a release is on its way to running. The last five are final.</summary>
public enum RolloutState
{
    /// <summary>Another person has to approve it first.</summary>
    AwaitingApproval,

    /// <summary>Stored; nothing has been done yet.</summary>
    Queued,

    /// <summary>Its release command runs; instances of the release before go on.</summary>
    Releasing,

    /// <summary>Objects are being written to the cluster.</summary>
    Applying,

    /// <summary>Objects are written; instances are being replaced.</summary>
    Rolling,

    /// <summary>A second set of web instances runs and gets its share of the traffic, step by step.</summary>
    Shifting,

    /// <summary>The second set carries all traffic while the first set is replaced.</summary>
    Promoting,

    /// <summary>Every instance runs this release and is ready.</summary>
    Live,

    /// <summary>It did not become live before its deadline, its health failed, or the cluster refused it.</summary>
    Failed,

    /// <summary>A newer release took its place before it became live.</summary>
    Superseded,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>Somebody whose approval it needed refused it.</summary>
    Rejected,
}
