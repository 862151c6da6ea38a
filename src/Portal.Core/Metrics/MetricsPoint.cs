namespace Portal.Core.Metrics;

/// <summary>What an app used and served on average over one step; a figure that was not to be had is null.</summary>
/// <param name="At">The step's beginning.</param>
/// <param name="CpuMillis">Thousandths of a core, over all instances.</param>
/// <param name="MemoryBytes">Bytes in use, over all instances.</param>
/// <param name="Instances">How many instances ran, at most.</param>
/// <param name="Restarts">How often containers of the instances had been restarted, at most.</param>
/// <param name="Requests">Requests a second through the ingress.</param>
/// <param name="Errors">Of them, those a second that were answered 5xx or not at all.</param>
/// <param name="LatencyMedian">Half of the requests were answered within so many milliseconds.</param>
/// <param name="LatencyP95">95 % of the requests were answered within so many milliseconds.</param>
public sealed record MetricsPoint(
    DateTimeOffset At, double? CpuMillis, double? MemoryBytes, int Instances, int Restarts, double? Requests, double? Errors, double? LatencyMedian, double? LatencyP95);
