using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Disruption;

/// <summary>Keeps the status of pod disruption budgets: how many of their pods may be evicted now.</summary>
internal sealed class DisruptionController(ControllerContext context) : Controller(context)
{
    private readonly ResourceClient<V1PodDisruptionBudget> _budgets = context.Client.Resource<V1PodDisruptionBudget>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.DisruptionBudgets);
        yield return Informers.Pods.Subscribe(change =>
        {
            Enqueue(change.Object);
            if (change.Old is { } old)
            {
                Enqueue(old);
            }
        });
        yield return Informers.ReplicaSets.Subscribe(change => EnqueueAll(change.Object));
        yield return Informers.Deployments.Subscribe(change => EnqueueAll(change.Object));
        yield return Informers.StatefulSets.Subscribe(change => EnqueueAll(change.Object));
        yield return Informers.ReplicationControllers.Subscribe(change => EnqueueAll(change.Object));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.DisruptionBudgets.Get(key.Namespace, key.Name) is not { } budget)
        {
            return null;
        }

        var pods = ClusterInformers.InNamespace(Informers.Pods, key.Namespace).Where(p => Selects(budget, p)).ToList();
        var now = Context.Time.GetUtcNow();
        var plan = DisruptionPlan.Of(budget, pods, Replicas(pods), now);
        if (Patch(budget, plan, now) is { } patch)
        {
            try
            {
                await _budgets.PatchStatusAsync(key.Namespace, key.Name, patch, cancellationToken);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return null;
            }
        }

        return plan.Recheck(now);
    }

    // An empty selector is every pod of the namespace, none at all is no pod: unlike in the workload kinds.
    private static bool Selects(V1PodDisruptionBudget budget, V1Pod pod) =>
        budget.Spec.Selector is { } selector && ((selector.MatchLabels is not { Count: > 0 } && selector.MatchExpressions is not { Count: > 0 }) || selector.Matches(pod.Metadata));

    private void Enqueue(V1Pod pod)
    {
        foreach (var budget in ClusterInformers.InNamespace(Informers.DisruptionBudgets, pod.Metadata.NamespaceProperty))
        {
            if (Selects(budget, pod))
            {
                Queue.Add(Names.Of(budget));
            }
        }
    }

    private void EnqueueAll(IKubernetesObject<V1ObjectMeta> owner)
    {
        foreach (var budget in ClusterInformers.InNamespace(Informers.DisruptionBudgets, owner.Metadata.NamespaceProperty))
        {
            Queue.Add(Names.Of(budget));
        }
    }

    // What the pods' owners ask for; a pod that nobody owns counts for itself.
    private int Replicas(List<V1Pod> pods)
    {
        var total = 0;
        var counted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            var owner = Owners.ControllerOf(pod);
            if (owner?.Kind == "ReplicaSet" && Informers.ReplicaSets.Get(pod.Metadata.NamespaceProperty, owner.Name) is { } set)
            {
                var above = Owners.ControllerOf(set);
                var deployment = above?.Kind == "Deployment" ? Informers.Deployments.Get(set.Metadata.NamespaceProperty, above.Name) : null;
                if (counted.Add(deployment?.Metadata.Uid ?? set.Metadata.Uid))
                {
                    total += deployment?.Spec.Replicas ?? set.Spec.Replicas ?? 1;
                }
            }
            else if (owner?.Kind == "StatefulSet" && Informers.StatefulSets.Get(pod.Metadata.NamespaceProperty, owner.Name) is { } stateful)
            {
                total += counted.Add(owner.Uid) ? stateful.Spec.Replicas ?? 1 : 0;
            }
            else if (owner?.Kind == "ReplicationController" && Informers.ReplicationControllers.Get(pod.Metadata.NamespaceProperty, owner.Name) is { } controller)
            {
                total += counted.Add(owner.Uid) ? controller.Spec.Replicas ?? 1 : 0;
            }
            else if (!pod.HasEnded())
            {
                total++;
            }
        }

        return total;
    }

    // Null when the status says so already. Bound to the version it was computed from: an eviction granted meanwhile must not be written over.
    private static JsonObject? Patch(V1PodDisruptionBudget budget, DisruptionPlan plan, DateTimeOffset now)
    {
        var old = budget.Status;
        var condition = old?.Conditions?.FirstOrDefault(c => c.Type == "DisruptionAllowed");
        var allowed = plan.Allowed > 0 ? "True" : "False";
        var gone = (old?.DisruptedPods?.Keys ?? []).Where(name => !plan.Evicting.ContainsKey(name)).ToList();
        if (old is not null && old.ObservedGeneration == budget.Metadata.Generation && old.ExpectedPods == plan.Expected && old.DesiredHealthy == plan.Desired
            && old.CurrentHealthy == plan.Healthy && old.DisruptionsAllowed == plan.Allowed && gone.Count == 0 && condition?.Status == allowed)
        {
            return null;
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = budget.Metadata.Generation,
            ["expectedPods"] = plan.Expected,
            ["desiredHealthy"] = plan.Desired,
            ["currentHealthy"] = plan.Healthy,
            ["disruptionsAllowed"] = plan.Allowed,
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "DisruptionAllowed",
                ["status"] = allowed,
                ["reason"] = plan.Allowed > 0 ? "SufficientPods" : "InsufficientPods",
                ["message"] = "",
                ["observedGeneration"] = budget.Metadata.Generation,
                ["lastTransitionTime"] = condition?.Status == allowed ? Timestamps.Text((DateTime?)condition.LastTransitionTime) : Timestamps.Text(now),
            }),
        };
        if (gone.Count > 0)
        {
            status["disruptedPods"] = new JsonObject(gone.Select(name => new KeyValuePair<string, JsonNode?>(name, null)));
        }

        return new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = budget.Metadata.ResourceVersion }, ["status"] = status };
    }
}
