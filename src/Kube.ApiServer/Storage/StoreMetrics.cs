using System.Diagnostics.Metrics;

namespace Kube.ApiServer.Storage;

/// <summary>The store's instruments, of the meter <c>Kube.ApiServer</c>.</summary>
internal static class StoreMetrics
{
    private static readonly Meter Meter = new("Kube.ApiServer");

    // The exporters' default bounds are meant for milliseconds: every duration in seconds would fall into the first bucket.
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] };
    private static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>("kube.store.commit.duration", "s", "From handing a batch to PostgreSQL to the answer.", null, Seconds);
    private static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>("kube.store.commit.changes", "{change}", "Changes in one transaction.");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("kube.store.commit.refused", "{batch}", "Batches PostgreSQL refused.");

    /// <summary>A batch is durable.</summary>
    public static void Committed(int changes, TimeSpan duration)
    {
        CommitTime.Record(duration.TotalSeconds);
        BatchSize.Record(changes);
    }

    /// <summary>A batch was refused.</summary>
    public static void Refused() => Refusals.Add(1);
}
