namespace Portal.Core.Data;

/// <summary>The head of a team's audit chain at one moment, signed with a key outside the database: rows up to it can neither be changed nor cut off unnoticed.</summary>
internal sealed class AuditCheckpointRow : ITenantRow
{
    public required Guid TeamId { get; init; }

    public required long Sequence { get; init; }

    public required byte[] Hash { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string KeyId { get; init; }

    public required byte[] Signature { get; init; }
}
