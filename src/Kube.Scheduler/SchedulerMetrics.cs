using System.Diagnostics.Metrics;

namespace Kube.Scheduler;

/// <summary>Figures of the scheduler.</summary>
internal static class SchedulerMetrics
{
    private static readonly Meter Meter = new("Kube.Scheduler");

    public static readonly Counter<long> Attempts = Meter.CreateCounter<long>("scheduler_schedule_attempts", description: "Decisions by result: scheduled, unschedulable, error.");

    public static void Count(string result) => Attempts.Add(1, new KeyValuePair<string, object?>("result", result));
}
