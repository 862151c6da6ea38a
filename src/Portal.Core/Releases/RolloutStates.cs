namespace Portal.Core.Releases;

/// <summary>Which states mean what.</summary>
internal static class RolloutStates
{
    /// <summary>The states in which the worker has something to do; at most one rollout of an app is in one of them.</summary>
    public static readonly RolloutState[] Active =
        [RolloutState.Queued, RolloutState.Releasing, RolloutState.Applying, RolloutState.Rolling, RolloutState.Shifting, RolloutState.Promoting];

    /// <summary>The states that a newer release, a cancellation or a rejection ends.</summary>
    public static readonly RolloutState[] Open = [RolloutState.AwaitingApproval, .. Active];

    /// <summary>Whether nothing follows.</summary>
    public static bool IsFinal(this RolloutState state) => state >= RolloutState.Live;

    /// <summary>Whether the worker has something to do.</summary>
    public static bool IsActive(this RolloutState state) => state is > RolloutState.AwaitingApproval and < RolloutState.Live;
}
