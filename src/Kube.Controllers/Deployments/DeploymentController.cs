using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Deployments;

/// <summary>Rolls a deployment's template out through replica sets, one a template, and keeps the older ones as its history.</summary>
internal sealed class DeploymentController(ControllerContext context) : Controller(context, workers: 8)
{
    private const string Kind = "Deployment";
    private readonly ResourceClient<V1Deployment> _deployments = context.Client.Resource<V1Deployment>();
    private readonly ReplicaSetWriter _sets = new(context);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Deployments);
        yield return Informers.ReplicaSets.Subscribe(OnReplicaSet);
        yield return Informers.Pods.Subscribe(OnPod);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var deployment = Informers.Deployments.Get(key.Namespace, key.Name);
        if (deployment is null || deployment.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        if (_sets.IsBehind(deployment))
        {
            // The event that brings what is lacking leads here again.
            return ReplicaSetWriter.Longest;
        }

        var owned = await ClaimAsync(deployment, cancellationToken);
        var hash = PodTemplateHash.Of(deployment.Spec.Template);
        var current = owned
            .Where(s => PodTemplateHash.Of(s.Spec.Template) == hash)
            .OrderBy(s => s.Metadata.CreationTimestamp)
            .ThenBy(s => s.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        var old = owned
            .Where(s => s != current)
            .OrderBy(s => DeploymentNotes.Number(s, DeploymentNotes.Revision) ?? 0)
            .ThenBy(s => s.Metadata.CreationTimestamp)
            .ThenBy(s => s.Metadata.Name, StringComparer.Ordinal)
            .ToArray();
        var bounds = RollingBounds.Of(deployment);
        var oldStates = old.Select(ReplicaSetState.Of).ToArray();
        var paused = deployment.Spec.Paused == true;

        if (paused || RollingPlan.IsResized(bounds, [.. oldStates, .. current is null ? Array.Empty<ReplicaSetState>() : [ReplicaSetState.Of(current)]]))
        {
            var sizes = RollingPlan.Resize(bounds, current is null ? null : ReplicaSetState.Of(current), oldStates, deployment.Spec.Strategy?.Type != "Recreate");
            foreach (var set in owned)
            {
                await _sets.ResizeAsync(deployment, set, sizes.GetValueOrDefault(set.Metadata.Name, set.Spec.Replicas ?? 1), bounds, cancellationToken);
            }
        }
        else if (deployment.Spec.Strategy?.Type == "Recreate" && await RetireAsync(deployment, old, bounds, cancellationToken))
        {
            // Old pods are going; the new set waits for them.
        }
        else if (current is null)
        {
            await CreateCurrentAsync(deployment, hash, owned, oldStates, bounds, cancellationToken);
        }
        else
        {
            await MarkRevisionAsync(deployment, current, old, cancellationToken);
            await RollAsync(deployment, current, old, oldStates, bounds, cancellationToken);
        }

        return await WriteStatusAsync(deployment, bounds, current, owned, cancellationToken);
    }

    private void OnReplicaSet(InformerEvent<V1ReplicaSet> change)
    {
        foreach (var set in (V1ReplicaSet?[])[change.Object, change.Old])
        {
            if (set is null)
            {
                continue;
            }

            if (Owners.ControllerOf(set) is { } owner)
            {
                if (owner.Kind == Kind)
                {
                    Queue.Add(new NamespacedName(set.Metadata.NamespaceProperty, owner.Name));
                }
            }
            else
            {
                foreach (var deployment in ClusterInformers.InNamespace(Informers.Deployments, set.Metadata.NamespaceProperty).Where(d => d.Spec.Selector.Matches(set.Metadata)))
                {
                    Queue.Add(Names.Of(deployment));
                }
            }
        }
    }

    // Recreate waits for the last old pod to be gone, which changes no replica set.
    private void OnPod(InformerEvent<V1Pod> change)
    {
        if (change.Kind == InformerEventKind.Deleted
            && Owners.ControllerOf(change.Object) is { Kind: "ReplicaSet" } owner
            && Informers.ReplicaSets.Get(change.Object.Metadata.NamespaceProperty, owner.Name) is { } set
            && Owners.ControllerOf(set) is { Kind: Kind } deployment)
        {
            Queue.Add(new NamespacedName(set.Metadata.NamespaceProperty, deployment.Name));
        }
    }

    private async Task<IReadOnlyList<V1ReplicaSet>> ClaimAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        var owned = new List<V1ReplicaSet>();
        foreach (var set in ClusterInformers.OwnedBy(Informers.ReplicaSets, deployment.Metadata.Uid))
        {
            if (deployment.Spec.Selector.Matches(set.Metadata))
            {
                owned.Add(set);
            }
            else
            {
                await _sets.ReleaseAsync(deployment, set, cancellationToken);
            }
        }

        foreach (var orphan in ClusterInformers.OrphansIn(Informers.ReplicaSets, deployment.Metadata.NamespaceProperty))
        {
            if (orphan.Metadata.DeletionTimestamp is null
                && deployment.Spec.Selector.Matches(orphan.Metadata)
                && await _sets.AdoptAsync(deployment, orphan, cancellationToken))
            {
                owned.Add(orphan);
            }
        }

        return owned;
    }

    /// <returns>Whether old pods are still there.</returns>
    private async Task<bool> RetireAsync(V1Deployment deployment, IReadOnlyList<V1ReplicaSet> old, RollingBounds bounds, CancellationToken cancellationToken)
    {
        var waiting = false;
        foreach (var set in old)
        {
            if ((set.Spec.Replicas ?? 1) > 0)
            {
                await _sets.ResizeAsync(deployment, set, 0, bounds, cancellationToken);
                waiting = true;
            }

            waiting |= ClusterInformers.OwnedBy(Informers.Pods, set.Metadata.Uid).Any(p => !p.HasEnded());
        }

        return waiting;
    }

    private async Task CreateCurrentAsync(
        V1Deployment deployment, string hash, IReadOnlyList<V1ReplicaSet> owned, IReadOnlyList<ReplicaSetState> old, RollingBounds bounds, CancellationToken cancellationToken)
    {
        var total = old.Sum(s => s.Replicas);
        var size = deployment.Spec.Strategy?.Type == "Recreate" ? bounds.Desired : Math.Min(bounds.Desired, Math.Max(bounds.MaxTotal - total, 0));
        var revision = NextRevision(owned);
        if (await _sets.CreateAsync(deployment, hash, size, revision, bounds, cancellationToken))
        {
            await NoteRevisionAsync(deployment, revision, cancellationToken);
        }
    }

    // A template that comes back (kubectl rollout undo) makes its old set the newest revision.
    private async Task MarkRevisionAsync(V1Deployment deployment, V1ReplicaSet current, IReadOnlyList<V1ReplicaSet> old, CancellationToken cancellationToken)
    {
        var newest = NextRevision(old);
        var revision = DeploymentNotes.Number(current, DeploymentNotes.Revision) ?? 0;
        if (revision < newest)
        {
            await _sets.NoteRevisionAsync(deployment, current, newest, cancellationToken);
            revision = newest;
        }

        if (DeploymentNotes.Number(deployment, DeploymentNotes.Revision) != revision)
        {
            await NoteRevisionAsync(deployment, revision, cancellationToken);
        }
    }

    private async Task RollAsync(
        V1Deployment deployment, V1ReplicaSet current, IReadOnlyList<V1ReplicaSet> old, IReadOnlyList<ReplicaSetState> oldStates, RollingBounds bounds, CancellationToken cancellationToken)
    {
        var state = ReplicaSetState.Of(current);
        var sizes = deployment.Spec.Strategy?.Type == "Recreate"
            ? new Dictionary<string, int> { [state.Name] = bounds.Desired }
            : RollingPlan.Roll(bounds, state, oldStates);
        foreach (var set in (V1ReplicaSet[])[current, .. old])
        {
            await _sets.ResizeAsync(deployment, set, sizes.GetValueOrDefault(set.Metadata.Name, set.Spec.Replicas ?? 1), bounds, cancellationToken);
        }

        if (sizes.Count == 0 && state.Actual == bounds.Desired && state.Available == bounds.Desired)
        {
            await _sets.PruneAsync(old, deployment.Spec.RevisionHistoryLimit ?? 10, cancellationToken);
        }
    }

    private async Task<TimeSpan?> WriteStatusAsync(V1Deployment deployment, RollingBounds bounds, V1ReplicaSet? current, IReadOnlyList<V1ReplicaSet> owned, CancellationToken cancellationToken)
    {
        var failure = owned.SelectMany(s => s.Status?.Conditions ?? []).FirstOrDefault(c => c.Type == "ReplicaFailure" && c.Status == "True");
        var all = owned.Select(ReplicaSetState.Of).ToArray();
        var (status, again) = DeploymentProgress.Of(deployment, bounds, current is null ? null : ReplicaSetState.Of(current), all, failure, Context.Time.GetUtcNow());
        if (DeploymentProgress.Differs(deployment.Status, status))
        {
            await _deployments.PatchStatusAsync(deployment.Metadata.NamespaceProperty, deployment.Metadata.Name, new JsonObject { ["status"] = status }, cancellationToken);
        }

        return again is { } wait ? wait + TimeSpan.FromSeconds(1) : null;
    }

    private async Task NoteRevisionAsync(V1Deployment deployment, int revision, CancellationToken cancellationToken)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [DeploymentNotes.Revision] = revision.ToString(CultureInfo.InvariantCulture) } },
        };
        await _deployments.PatchAsync(deployment.Metadata.NamespaceProperty, deployment.Metadata.Name, patch, PatchKind.Merge, cancellationToken);
    }

    private static int NextRevision(IEnumerable<V1ReplicaSet> sets) => sets.Select(s => DeploymentNotes.Number(s, DeploymentNotes.Revision) ?? 0).DefaultIfEmpty().Max() + 1;
}
