using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.ReplicaSets;

/// <summary>Keeps as many pods of a template as an object asks for: a replica set, or its ancestor, the replication controller.</summary>
/// <param name="context">What controllers work with.</param>
/// <param name="informer">The objects, indexed by namespace.</param>
/// <typeparam name="T">Model of the objects.</typeparam>
internal abstract class ReplicaController<T>(ControllerContext context, Informer<T> informer) : Controller(context, workers: 8)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ResourceClient<T> _sets = context.Client.Resource<T>();
    private readonly PodOwnership _ownership = new(context, context.Client.Resource<T>().Type);
    private readonly OwnedPods<T> _pods = new(context);

    private string Kind => _sets.Type.Kind;

    /// <summary>The object as a replica set.</summary>
    protected abstract V1ReplicaSet View(T item);

    protected override IEnumerable<IDisposable> Subscribe() => _pods.Follow(informer, (set, pod) => View(set).Spec.Selector.Matches(pod.Metadata), Queue.Add);

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (informer.Get(key.Namespace, key.Name) is not { } set)
        {
            return null;
        }

        var owned = ClusterInformers.OwnedBy(Informers.Pods, set.Metadata.Uid);
        var orphans = ClusterInformers.OrphansIn(Informers.Pods, key.Namespace);
        var (creating, deleting) = _pods.Pending.Read(key, owned);
        var plan = ReplicaSetPlan.Of(View(set), owned, orphans, creating, deleting, Context.Time.GetUtcNow());
        foreach (var pod in plan.Release)
        {
            await _ownership.ReleaseAsync(pod, set.Metadata, cancellationToken);
        }

        foreach (var pod in plan.Adopt)
        {
            await _ownership.AdoptAsync(pod, set.Metadata, cancellationToken);
        }

        Exception? failure = null;
        try
        {
            await _pods.CreateAsync(set, [.. Enumerable.Range(0, plan.Create)], (template, _, suffix) => PodOf(set, template, suffix), cancellationToken);
            await _pods.DeleteAsync(set, plan.Delete, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            failure = e;
        }

        await WriteStatusAsync(set, plan, failure, cancellationToken);
        if (failure is not null)
        {
            throw new InvalidOperationException($"Not all pods of {Kind} {key} could be changed.", failure);
        }

        if (plan.LookAgain is { } again && again < PendingPods.Settled)
        {
            return again + TimeSpan.FromMilliseconds(10);
        }

        // What the cache never shows (created and gone between two lists) would be waited for without end.
        return creating > 0 || deleting.Count > 0 || plan.Create > 0 || plan.Delete.Count > 0 ? PendingPods.Settled : plan.LookAgain;
    }

    private JsonObject PodOf(T set, JsonObject template, string suffix) => new()
    {
        ["metadata"] = PodTemplates.Metadata(template, _sets.Type.ApiVersion, Kind, set.Metadata, Names.Child(set.Metadata.Name, suffix, 63)),
        ["spec"] = template["spec"]?.DeepClone(),
    };

    private async Task WriteStatusAsync(T set, ReplicaSetPlan plan, Exception? failure, CancellationToken cancellationToken)
    {
        var old = View(set).Status;
        var failed = old?.Conditions?.FirstOrDefault(c => c.Type == "ReplicaFailure");
        if (old is not null
            && old.Replicas == plan.Replicas
            && (old.FullyLabeledReplicas ?? 0) == plan.FullyLabeled
            && (old.ReadyReplicas ?? 0) == plan.Ready
            && (old.AvailableReplicas ?? 0) == plan.Available
            && old.ObservedGeneration == set.Metadata.Generation
            && failed?.Message == failure?.Message)
        {
            return;
        }

        var status = new JsonObject
        {
            ["replicas"] = plan.Replicas,
            ["fullyLabeledReplicas"] = plan.FullyLabeled,
            ["readyReplicas"] = plan.Ready,
            ["availableReplicas"] = plan.Available,
            ["observedGeneration"] = set.Metadata.Generation,
            ["conditions"] = failure is null
                ? null
                : new JsonArray(new JsonObject
                {
                    ["type"] = "ReplicaFailure",
                    ["status"] = "True",
                    ["reason"] = plan.Create > 0 ? "FailedCreate" : "FailedDelete",
                    ["message"] = failure.Message,
                    ["lastTransitionTime"] = Timestamps.Text(failed?.LastTransitionTime) ?? Timestamps.Text(Context.Time.GetUtcNow()),
                }),
        };
        try
        {
            await _sets.PatchStatusAsync(set.Metadata.NamespaceProperty, set.Metadata.Name, new JsonObject { ["status"] = status }, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Deleted meanwhile.
        }
    }
}
