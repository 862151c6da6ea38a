namespace Kube.Node.Metrics;

/// <summary>What something uses of the machine.</summary>
/// <param name="Time">When it was read.</param>
/// <param name="CpuNanoseconds">Processor time used since it began.</param>
/// <param name="NanoCores">Processors used lately, in billionths; null until it was read twice.</param>
/// <param name="WorkingSetBytes">Memory that could not be taken away without harm.</param>
internal sealed record ResourceUsage(DateTimeOffset Time, ulong CpuNanoseconds, ulong? NanoCores, ulong WorkingSetBytes)
{
    /// <summary>This reading with the rate since an earlier one.</summary>
    public ResourceUsage Since(ResourceUsage? earlier)
    {
        if (earlier is null || earlier.Time >= Time || earlier.CpuNanoseconds > CpuNanoseconds)
            return this with { NanoCores = earlier?.NanoCores };
        var seconds = (Time - earlier.Time).TotalSeconds;
        return this with { NanoCores = (ulong)((CpuNanoseconds - earlier.CpuNanoseconds) / seconds) };
    }
}
