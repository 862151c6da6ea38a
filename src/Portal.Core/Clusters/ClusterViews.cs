using System.Collections.Immutable;
using Portal.Core.Data;

namespace Portal.Core.Clusters;

/// <summary>Stored clusters as people see them.</summary>
internal static class ClusterViews
{
    /// <summary>The name of the portal's own engine, which no cluster may have.</summary>
    public const string Embedded = "embedded";

    public static ClusterView Of(ClusterRow row, string? team, IEnumerable<string> environments) => new(
        row.Id, row.Name, team, row.Server, State(row), row.Version, row.Problem, [.. row.Missing], Lacks(row), [.. environments], row.IngressClass, row.CheckedAt, row.HeardAt, row.CreatedAt);

    public static TargetView Target(ClusterRow row) => new(row.Name, State(row), row.Problem, Lacks(row));

    public static ClusterState State(ClusterRow row) => row.Problem.Length > 0 ? ClusterState.Unreachable : row.Missing.Length > 0 ? ClusterState.Limited : ClusterState.Connected;

    /// <summary>What of the portal a cluster does not give.</summary>
    public static ImmutableArray<ClusterLack> Lacks(ClusterRow row)
    {
        var lacks = ImmutableArray.CreateBuilder<ClusterLack>();
        if (!row.HasPlacement)
        {
            lacks.Add(new("Placement dry run and what-if", "Its scheduler answers no placement reviews; only a cluster run by Portal does. Plans say what changes, but not where instances would go."));
            lacks.Add(new("Requests, errors and latency", "They are counted by Portal's own ingress, which does not run there."));
            lacks.Add(new("Redaction of secrets in logs", "It happens on Portal's own nodes, before a line leaves them; lines come from there as they were written."));
        }

        if (!row.HasUsage) lacks.Add(new("CPU and memory figures", "It has no metrics.k8s.io; install the metrics server there."));
        lacks.Add(new("Node pages", "They show the nodes of the embedded engine alone, since those are the portal's to drain and remove."));
        lacks.Add(new("Addresses under the portal's domain", "Its own ingress controller serves the apps' Ingress objects: give apps domains whose DNS leads to that cluster."));
        lacks.Add(new("kubectl through the portal", "The kubeconfig that people download here leads to the embedded engine; ask that cluster's operators for one of its own."));
        return lacks.ToImmutable();
    }
}
