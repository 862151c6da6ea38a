namespace Kube.Scheduler.Explain;

/// <summary>A decision with its reasons.</summary>
/// <param name="Node">The node chosen; null when every node refused.</param>
/// <param name="Nodes">One verdict a node.</param>
public sealed record PlacementTrace(string? Node, IReadOnlyList<NodeVerdict> Nodes)
{
    /// <summary>The one reason that holds for every node, for instance a claim that is not bound; null when each node has its own.</summary>
    public string? Everywhere { get; init; }

    /// <summary>What would help, cheapest first, in plain words; null when the pod fits.</summary>
    public PlacementAdvice? Advice { get; init; }

    /// <summary>
    /// The sentence of a <c>FailedScheduling</c> event, for instance
    /// <c>0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.</c>
    /// </summary>
    public string Describe()
    {
        if (Node is not null)
        {
            return $"Fits on {Node}";
        }

        var reasons = Nodes.SelectMany(n => n.Reasons).GroupBy(r => r, StringComparer.Ordinal).Select(g => KeyValuePair.Create(g.Key, g.Count()));
        return Diagnosis.Describe(Nodes.Count, Everywhere, reasons);
    }
}
