namespace Portal.Core.Data;

/// <summary>What an app used and served in one sampling interval; a figure that was not to be had is null.</summary>
internal sealed class MetricPointRow : ITenantRow
{
    public required Guid AppId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Guid TeamId { get; init; }

    public required int Instances { get; init; }

    public required int Restarts { get; init; }

    public int? CpuMillis { get; init; }

    public long? MemoryBytes { get; init; }

    public float? Requests { get; init; }

    public float? Errors { get; init; }

    public float? LatencyMedian { get; init; }

    public float? LatencyP95 { get; init; }
}
