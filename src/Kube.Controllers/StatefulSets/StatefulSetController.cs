using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.PodGarbageCollection;
using Kube.Controllers.Revisions;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.StatefulSets;

/// <summary>
/// Keeps pods that have a name and storage of their own (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/). A pod's name is
/// its identity, and the server has each name once: there are never two of one identity, however late the cache is.
/// </summary>
internal sealed class StatefulSetController(ControllerContext context) : Controller(context, workers: 8)
{
    private const string Kind = "StatefulSet";
    private const string ApiVersion = "apps/v1";
    private readonly ResourceClient<V1StatefulSet> _sets = context.Client.Resource<V1StatefulSet>();
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();
    private readonly PodOwnership _ownership = new(context, context.Client.Resource<V1StatefulSet>().Type);
    private readonly RevisionHistory _history = new(context);
    private readonly StatefulPodWriter _writer = new(context);
    private readonly ClaimOwners _claims = new(context);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.StatefulSets);
        yield return Owned(Informers.Pods, Kind);
        yield return Owned(Informers.ControllerRevisions, Kind);
        yield return Orphans(Informers.StatefulSets, (set, pod) => HasNameOf(set, pod) && set.Spec.Selector.Matches(pod.Metadata));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.StatefulSets.Get(key.Namespace, key.Name) is not { } set)
        {
            return null;
        }

        var pods = await _ownership.ClaimAsync(set, set.Spec.Selector, pod => HasNameOf(set, pod), cancellationToken);
        if (set.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var owner = new RevisionOwner(ApiVersion, Kind, set.Metadata, set.Spec.Selector, set.Spec.Template, token => _sets.GetRawAsync(key.Namespace, key.Name, token));
        var revisions = await _history.SyncAsync(owner, hash => ("controller.kubernetes.io/hash", hash), cancellationToken);
        if (revisions.Count == 0)
        {
            return null;
        }

        var update = revisions[^1];
        var current = revisions.FirstOrDefault(r => r.Metadata.Name == set.Status?.CurrentRevision) ?? update;
        var plan = StatefulSetPlan.Of(set, pods, current.Metadata.Name, update.Metadata.Name, Context.Time.GetUtcNow());
        try
        {
            await _claims.EnsureAsync(set, pods, plan.Condemned, cancellationToken);
            var raw = plan.Create.Count > 0 ? await _sets.GetRawAsync(key.Namespace, key.Name, cancellationToken) : null;
            foreach (var (ordinal, revision) in plan.Create)
            {
                if (raw is not null && (string?)raw["metadata"]?["uid"] == set.Metadata.Uid)
                {
                    await _writer.CreateAsync(set, raw, ordinal, revision == current.Metadata.Name ? current : update, cancellationToken);
                }
            }

            foreach (var pod in plan.Delete)
            {
                await DeleteAsync(set, pod, cancellationToken);
            }
        }
        finally
        {
            await WriteStatusAsync(set, plan.Status, cancellationToken);
        }

        var used = pods.Select(TemplateRevision.Of).Append(plan.Status.CurrentRevision).Append(update.Metadata.Name).ToHashSet();
        await _history.PruneAsync(revisions, r => used.Contains(r.Metadata.Name), set.Spec.RevisionHistoryLimit ?? 10, cancellationToken);
        return plan.LookAgain is { } again ? again + TimeSpan.FromMilliseconds(10) : null;
    }

    private static bool HasNameOf(V1StatefulSet set, V1Pod pod) => Identity.Ordinal(set.Metadata.Name, pod.Metadata.Name) is not null;

    private async Task DeleteAsync(V1StatefulSet set, V1Pod pod, CancellationToken cancellationToken)
    {
        if (pod.HasEnded())
        {
            Context.Events.Warning(set, "RecreatingFailedPod", $"StatefulSet {set.Metadata.Name} is recreating ended pod {pod.Metadata.Name}");
        }

        await PodDeletion.DeleteAsync(_pods, pod, null, cancellationToken);
        Context.Events.Normal(set, "SuccessfulDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
    }

    private async Task WriteStatusAsync(V1StatefulSet set, StatefulSetCounts counts, CancellationToken cancellationToken)
    {
        var old = set.Status;
        if (old is not null && old.ObservedGeneration == set.Metadata.Generation && old.Replicas == counts.Replicas
            && (old.ReadyReplicas ?? 0) == counts.Ready && (old.AvailableReplicas ?? 0) == counts.Available
            && (old.CurrentReplicas ?? 0) == counts.Current && (old.UpdatedReplicas ?? 0) == counts.Updated
            && old.CurrentRevision == counts.CurrentRevision && old.UpdateRevision == counts.UpdateRevision)
        {
            return;
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = set.Metadata.Generation,
            ["replicas"] = counts.Replicas,
            ["readyReplicas"] = counts.Ready,
            ["availableReplicas"] = counts.Available,
            ["currentReplicas"] = counts.Current,
            ["updatedReplicas"] = counts.Updated,
            ["currentRevision"] = counts.CurrentRevision,
            ["updateRevision"] = counts.UpdateRevision,
            ["collisionCount"] = old?.CollisionCount ?? 0,
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
