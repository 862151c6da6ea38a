using Portal.Core.Audit;

namespace Portal.Core.Data;

/// <summary>An audited act. Outlives what it is about, hence no foreign keys. Of a team's rows each carries the hash of the one before it; see <see cref="AuditChain"/>.</summary>
internal sealed class AuditRow
{
    public long Id { get; init; }

    public Guid? TeamId { get; init; }

    /// <summary>The place in the team's chain, from 1 without gaps; null in rows older than the chain.</summary>
    public long? Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Guid ActorId { get; init; }

    public required string ActorEmail { get; init; }

    public required string Action { get; init; }

    public required string Target { get; init; }

    public required AuditOutcome Outcome { get; init; }

    public required string Detail { get; init; }

    public byte[]? FormerHash { get; init; }

    public byte[]? Hash { get; init; }
}
