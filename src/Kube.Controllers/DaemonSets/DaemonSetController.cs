using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.PodGarbageCollection;
using Kube.Controllers.Revisions;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.DaemonSets;

/// <summary>Keeps one pod on every node that fits (https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/).</summary>
internal sealed class DaemonSetController(ControllerContext context) : Controller(context, workers: 4)
{
    private const string Kind = "DaemonSet";
    private const string ApiVersion = "apps/v1";
    private const int LargestBatch = 250;
    private readonly ResourceClient<V1DaemonSet> _sets = context.Client.Resource<V1DaemonSet>();
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();
    private readonly PodOwnership _ownership = new(context, context.Client.Resource<V1DaemonSet>().Type);
    private readonly RevisionHistory _history = new(context);
    private readonly DaemonPodWriter _writer = new(context);
    private readonly FailureBackOff _failures = new(context.Time);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.DaemonSets);
        yield return Owned(Informers.Pods, Kind);
        yield return Owned(Informers.ControllerRevisions, Kind);
        yield return Orphans(Informers.DaemonSets, (set, pod) => set.Spec.Selector.Matches(pod.Metadata));
        yield return Informers.Nodes.Subscribe(OnNode);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.DaemonSets.Get(key.Namespace, key.Name) is not { } set || set.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var pods = await _ownership.ClaimAsync(set, set.Spec.Selector, _ => true, cancellationToken);
        var owner = new RevisionOwner(ApiVersion, Kind, set.Metadata, set.Spec.Selector, set.Spec.Template, token => _sets.GetRawAsync(key.Namespace, key.Name, token));
        var revisions = await _history.SyncAsync(owner, hash => (TemplateRevision.PodLabel, hash), cancellationToken);
        if (revisions.Count == 0)
        {
            return null;
        }

        var revision = revisions[^1];
        var plan = DaemonSetPlan.Of(set, Informers.Nodes.List(), pods, TemplateRevision.Hash(revision), Context.Time.GetUtcNow());
        var (delete, wait) = DueNow(set, plan.Delete);
        try
        {
            var limit = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(plan.Create.Take(LargestBatch), limit, async (node, token) => await _writer.CreateAsync(set, node, revision, token));
            await Parallel.ForEachAsync(delete, limit, async (pod, token) => await DeleteAsync(set, pod, token));
        }
        finally
        {
            await WriteStatusAsync(set, plan.Status, cancellationToken);
        }

        var used = pods.Select(TemplateRevision.Of).ToHashSet();
        await _history.PruneAsync(revisions, r => r == revision || used.Contains(TemplateRevision.Hash(r)), set.Spec.RevisionHistoryLimit ?? 10, cancellationToken);
        var again = plan.Create.Count > LargestBatch ? TimeSpan.Zero : plan.LookAgain is { } next && !(wait < next) ? next : wait;
        return again + TimeSpan.FromMilliseconds(10);
    }

    private (List<V1Pod> Due, TimeSpan? Wait) DueNow(V1DaemonSet set, IReadOnlyList<V1Pod> pods)
    {
        _failures.Sweep();
        var due = new List<V1Pod>();
        TimeSpan? soonest = null;
        foreach (var pod in pods)
        {
            if (pod.Status?.Phase != "Failed" || _failures.Wait($"{set.Metadata.Uid}/{DaemonNodes.NodeOf(pod)}", pod.Metadata.Uid) is not { } wait)
            {
                due.Add(pod);
            }
            else if (soonest is null || wait < soonest)
            {
                soonest = wait;
            }
        }

        return (due, soonest);
    }

    // Heartbeats change nodes all the time; only what decides where daemons run matters.
    private void OnNode(InformerEvent<V1Node> change)
    {
        foreach (var set in Informers.DaemonSets.List())
        {
            var template = set.Spec.Template.Spec;
            if (change.Kind != InformerEventKind.Modified || change.Old is not { } old || DaemonNodes.Fit(template, old) != DaemonNodes.Fit(template, change.Object))
            {
                Queue.Add(Names.Of(set));
            }
        }
    }

    private async Task DeleteAsync(V1DaemonSet set, V1Pod pod, CancellationToken cancellationToken)
    {
        if (pod.Status?.Phase == "Failed")
        {
            Context.Events.Warning(set, "FailedDaemonPod", $"Found failed daemon pod {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name} on node {pod.Spec.NodeName}, will try to kill it");
        }

        await PodDeletion.DeleteAsync(_pods, pod, null, cancellationToken);
        Context.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
    }

    private async Task WriteStatusAsync(V1DaemonSet set, DaemonSetCounts counts, CancellationToken cancellationToken)
    {
        var old = set.Status;
        if (old is not null && old.ObservedGeneration == set.Metadata.Generation && old.DesiredNumberScheduled == counts.Desired
            && old.CurrentNumberScheduled == counts.Current && old.NumberMisscheduled == counts.Misscheduled && old.NumberReady == counts.Ready
            && (old.NumberAvailable ?? 0) == counts.Available && (old.NumberUnavailable ?? 0) == counts.Desired - counts.Available
            && (old.UpdatedNumberScheduled ?? 0) == counts.Updated)
        {
            return;
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = set.Metadata.Generation,
            ["desiredNumberScheduled"] = counts.Desired,
            ["currentNumberScheduled"] = counts.Current,
            ["numberMisscheduled"] = counts.Misscheduled,
            ["numberReady"] = counts.Ready,
            ["numberAvailable"] = counts.Available,
            ["numberUnavailable"] = counts.Desired - counts.Available,
            ["updatedNumberScheduled"] = counts.Updated,
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
