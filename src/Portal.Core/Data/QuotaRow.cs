namespace Portal.Core.Data;

/// <summary>A team's quota where it differs from the default.</summary>
internal sealed class QuotaRow : ITenantRow
{
    public required Guid TeamId { get; init; }

    public required int Apps { get; set; }

    public required int Instances { get; set; }

    public required int CpuMillis { get; set; }

    public required int MemoryMebibytes { get; set; }
}
