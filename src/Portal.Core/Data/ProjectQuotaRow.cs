namespace Portal.Core.Data;

/// <summary>What a project may have of its team's quota.</summary>
internal sealed class ProjectQuotaRow : ITenantRow
{
    public required Guid ProjectId { get; init; }

    public required Guid TeamId { get; init; }

    public required int Apps { get; set; }

    public required int Instances { get; set; }

    public required int CpuMillis { get; set; }

    public required int MemoryMebibytes { get; set; }
}
