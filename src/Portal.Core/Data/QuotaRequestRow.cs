using Portal.Core.Quotas;

namespace Portal.Core.Data;

/// <summary>A team's wish for another quota.</summary>
internal sealed class QuotaRequestRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required int Apps { get; init; }

    public required int Instances { get; init; }

    public required int CpuMillis { get; init; }

    public required int MemoryMebibytes { get; init; }

    public required string Reason { get; init; }

    public required string Author { get; init; }

    public required QuotaRequestState State { get; set; }

    public string? DecidedBy { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DecidedAt { get; set; }
}
