namespace Kube.Scheduler.Snapshot;

/// <summary>A count by node slot that holds only what is not zero.</summary>
internal sealed class NodeCounts
{
    private readonly Dictionary<int, int> _counts = [];

    /// <summary>The counts above zero by slot.</summary>
    public Dictionary<int, int> ByNode => _counts;

    /// <summary>Adds to a slot's count; at zero it is forgotten.</summary>
    public void Add(int node, int by)
    {
        var count = _counts.GetValueOrDefault(node) + by;
        if (count == 0)
        {
            _counts.Remove(node);
        }
        else
        {
            _counts[node] = count;
        }
    }

    /// <summary>Adds another's counts.</summary>
    public void Add(NodeCounts other)
    {
        foreach (var (node, count) in other._counts)
        {
            Add(node, count);
        }
    }
}
