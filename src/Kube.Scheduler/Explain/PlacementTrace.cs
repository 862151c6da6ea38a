using System.Globalization;

namespace Kube.Scheduler.Explain;

/// <summary>A decision with its reasons.</summary>
/// <param name="Node">The node chosen; null when every node refused.</param>
/// <param name="Nodes">One verdict a node.</param>
public sealed record PlacementTrace(string? Node, IReadOnlyList<NodeVerdict> Nodes)
{
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

        if (Nodes.Count == 0)
        {
            return "no nodes available to schedule pods";
        }

        var reasons = Nodes
            .SelectMany(n => n.Reasons)
            .GroupBy(r => r, StringComparer.Ordinal)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {g.Key}"))
            .Order(StringComparer.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"0/{Nodes.Count} nodes are available: {string.Join(", ", reasons)}.");
    }
}
