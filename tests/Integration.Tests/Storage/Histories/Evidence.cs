using System.Collections.Concurrent;

namespace Integration.Tests.Storage.Histories;

/// <summary>Everything clients and watchers saw, and what the database kept.</summary>
/// <param name="Seed">Repeats the run, as far as threads allow.</param>
internal sealed record Evidence(int Seed)
{
    public ConcurrentBag<Operation> Operations { get; } = [];

    public ConcurrentBag<WatchSegment> Segments { get; } = [];

    public List<string> Faults { get; } = [];

    public IReadOnlyList<LogRow> Log { get; set; } = [];

    /// <summary>Every promise that was broken; empty when the store kept them all.</summary>
    public IReadOnlyList<string> Violations()
    {
        var violations = new List<string>();
        for (var i = 0; i < Log.Count; i++)
        {
            if (Log[i].Revision == i + 1) continue;
            violations.Add($"the log is not contiguous: revision {i + 1} expected, {Log[i].Revision} found");
            break;
        }

        var byRevision = Log.ToLookup(row => row.Revision);
        foreach (var write in Operations.Where(o => o.Kind != OperationKind.Get && o.Result == OperationResult.Done))
        {
            var row = byRevision[write.Revision].ToList();
            if (row.Count != 1 || row[0].Key != write.Key || row[0].IsDelete != (write.Kind == OperationKind.Delete))
                violations.Add($"the acknowledged {write.Kind} of {write.Key} at revision {write.Revision} is not in the log as it was acknowledged");
        }

        foreach (var twice in Operations.Where(o => o.Kind != OperationKind.Get && o.Result == OperationResult.Done).GroupBy(o => o.Revision).Where(g => g.Count() > 1))
            violations.Add($"revision {twice.Key} was acknowledged {twice.Count()} times");

        foreach (var key in Operations.GroupBy(o => o.Key))
        {
            var history = key.OrderBy(o => o.Invoked).ToList();
            if (!LinearizabilityChecker.IsLinearizable(history)) violations.Add($"the history of {key.Key} ({history.Count} operations) is not linearizable");
        }

        foreach (var segment in Segments) Check(segment, violations);
        return violations;
    }

    /// <summary>A segment delivers exactly what the log holds behind its start, in order, up to its bookmark.</summary>
    private void Check(WatchSegment segment, List<string> violations)
    {
        if (segment.Broken is { } broken) violations.Add($"watcher {segment.Watcher}: {broken}");
        var expected = Log.Where(row => row.Revision > segment.After && row.Revision <= segment.Bookmark).ToList();
        if (!expected.SequenceEqual(segment.Events.Where(e => e.Revision <= segment.Bookmark)))
            violations.Add($"watcher {segment.Watcher} from revision {segment.After} to {segment.Bookmark} saw {segment.Events.Count} events where the log has {expected.Count}, or others than these");
    }
}
