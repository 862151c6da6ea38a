namespace Portal.Core.Notifications;

/// <summary>The types of events a channel can hear of, and how patterns choose among them.</summary>
public static class EventTypes
{
    /// <summary>All types. The last part of <c>rollout.…</c> is the state a rollout ended in.</summary>
    public static IReadOnlyList<string> All { get; } = ["rollout.live", "rollout.failed", "rollout.superseded", "rollout.cancelled", "rollout.awaitingapproval", "rollout.rejected", .. NotableActs.All];

    /// <summary>Whether a pattern chooses a type.</summary>
    public static bool Chooses(string pattern, string type)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return pattern.EndsWith('*') ? type.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == type;
    }
}
