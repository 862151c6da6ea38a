namespace Portal.Core.Audit;

/// <summary>An act before it has its place in a chain.</summary>
internal sealed record AuditEntry(Guid? Team, DateTimeOffset At, Guid ActorId, string ActorEmail, string Action, string Target, AuditOutcome Outcome, string Detail);
