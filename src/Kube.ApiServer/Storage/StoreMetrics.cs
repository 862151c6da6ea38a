using System.Diagnostics.Metrics;

namespace Kube.ApiServer.Storage;

/// <summary>The store's instruments, of the meter <c>Kube.ApiServer</c>.</summary>
internal static class StoreMetrics
{
    private static readonly Meter Meter = new("Kube.ApiServer");
    private static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>("kube.store.commit.duration", "s", "From handing a batch to PostgreSQL to the answer.");
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
