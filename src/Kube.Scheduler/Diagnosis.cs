using System.Globalization;
using Kube.Scheduler.Filters;

namespace Kube.Scheduler;

/// <summary>Why no node takes a pod, counted over the nodes: what an event and a condition say, without a verdict a node.</summary>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Everywhere">The one reason that holds for all nodes; null when each has its own.</param>
/// <param name="Reasons">How many nodes refused by which reason; one node may have several.</param>
/// <param name="RefusedBy">All filters that refused some node.</param>
/// <param name="Curable">How many nodes might take the pod if pods left them.</param>
internal sealed record Diagnosis(int Nodes, string? Everywhere, IReadOnlyDictionary<string, int> Reasons, Filter RefusedBy, int Curable)
{
    /// <summary>The sentence of a <c>FailedScheduling</c> event up to preemption.</summary>
    public string Describe() => Describe(Nodes, Everywhere, Reasons);

    /// <summary>
    /// <c>0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.</c>
    /// </summary>
    public static string Describe(int nodes, string? everywhere, IEnumerable<KeyValuePair<string, int>> reasons)
    {
        if (nodes == 0)
        {
            return "no nodes available to schedule pods";
        }

        var listed = everywhere ?? string.Join(", ", reasons.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value} {r.Key}")).Order(StringComparer.Ordinal));
        return string.Create(CultureInfo.InvariantCulture, $"0/{nodes} nodes are available: {listed}.");
    }
}
