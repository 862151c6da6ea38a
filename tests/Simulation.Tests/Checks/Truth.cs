using System.Text;
using k8s;
using k8s.Models;
using Kube.ApiServer.Storage;

namespace Simulation.Tests.Checks;

/// <summary>What the database holds, as models: the truth that everybody else knows only by hearsay.</summary>
internal sealed class Truth
{
    private readonly Dictionary<string, Func<StoreEvent, (object? Old, object? New)>> _kinds = [];

    public Truth()
    {
        Pods = Follow<V1Pod>("pods");
        ReplicaSets = Follow<V1ReplicaSet>("replicasets.apps");
        Deployments = Follow<V1Deployment>("deployments.apps");
        StatefulSets = Follow<V1StatefulSet>("statefulsets.apps");
        DaemonSets = Follow<V1DaemonSet>("daemonsets.apps");
        Jobs = Follow<V1Job>("jobs.batch");
        Budgets = Follow<V1PodDisruptionBudget>("poddisruptionbudgets.policy");
        Nodes = Follow<V1Node>("nodes");
        Leases = Follow<V1Lease>("leases.coordination.k8s.io");
        Quotas = Follow<V1ResourceQuota>("resourcequotas");
    }

    public Dictionary<ObjectKey, V1Pod> Pods { get; }

    public Dictionary<ObjectKey, V1ReplicaSet> ReplicaSets { get; }

    public Dictionary<ObjectKey, V1Deployment> Deployments { get; }

    public Dictionary<ObjectKey, V1StatefulSet> StatefulSets { get; }

    public Dictionary<ObjectKey, V1DaemonSet> DaemonSets { get; }

    public Dictionary<ObjectKey, V1Job> Jobs { get; }

    public Dictionary<ObjectKey, V1PodDisruptionBudget> Budgets { get; }

    public Dictionary<ObjectKey, V1Node> Nodes { get; }

    public Dictionary<ObjectKey, V1Lease> Leases { get; }

    public Dictionary<ObjectKey, V1ResourceQuota> Quotas { get; }

    /// <summary>Takes a change in.</summary>
    /// <returns>The object before and after; nulls for a kind that is not followed.</returns>
    public (object? Old, object? New) Take(StoreEvent change) => _kinds.TryGetValue(change.Key.Resource, out var take) ? take(change) : default;

    private Dictionary<ObjectKey, T> Follow<T>(string resource)
        where T : class
    {
        var objects = new Dictionary<ObjectKey, T>();
        _kinds[resource] = change =>
        {
            objects.TryGetValue(change.Key, out var old);
            if (change.Object is not { } version)
            {
                objects.Remove(change.Key);
                return (old, null);
            }

            var now = KubernetesJson.Deserialize<T>(Encoding.UTF8.GetString(version.Json.Span));
            objects[change.Key] = now;
            return (old, now);
        };
        return objects;
    }
}
