using Portal.Core.Audit;
using Portal.Core.Data;

namespace Portal.Core.Notifications;

/// <summary>Which audited acts people may want to hear of. What rollouts come to is noted by the database itself, by a trigger on their state.</summary>
internal static class NotableActs
{
    /// <summary>The acts, as types of events.</summary>
    public static readonly string[] All =
    [
        "app.delete", "environment.delete", "project.delete", "member.add", "member.remove", "member.role", "secret.reveal", "terminal.open", "webhook.create", "webhook.delete",
        "channel.disabled",
    ];

    /// <summary>The occurrence of an act, or null when it is of no note.</summary>
    public static OccurrenceRow? Occurrence(AuditEntry act) => act is { Team: { } team, Outcome: AuditOutcome.Done } && All.Contains(act.Action)
        ? new() { TeamId = team, Scope = act.Target, Type = act.Action, Message = act.Detail.Length > 0 ? $"{act.ActorEmail}: {act.Detail}" : $"by {act.ActorEmail}", At = act.At }
        : null;
}
