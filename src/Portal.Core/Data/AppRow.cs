namespace Portal.Core.Data;

/// <summary>An app in one environment. What it runs is in its releases; the sums here are those of the newest one, for the quota.</summary>
internal sealed class AppRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid EnvironmentId { get; init; }

    public required string Name { get; set; }

    /// <summary>What its objects in the cluster and its volumes are called after: the first name it had. It stays when the app is renamed, so that nothing of it is made anew.</summary>
    public required string Workload { get; init; }

    public required string Host { get; set; }

    public int LastRelease { get; set; }

    public int Instances { get; set; }

    public int CpuMillis { get; set; }

    public int MemoryMebibytes { get; set; }

    public DateTimeOffset? DeletingAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
