using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Queue;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler;

/// <summary>Takes over what the API tells, and works out which waiting pods it can help.</summary>
internal sealed class ClusterEvents(SchedulerState state, string schedulerName)
{
    /// <summary>A node came, changed or went.</summary>
    public void Take(InformerEvent<V1Node> change)
    {
        if (change.Kind == InformerEventKind.Deleted)
        {
            state.Snapshot.RemoveNode(change.Object.Metadata.Name);
        }
        else if (state.Snapshot.SetNode(NodeFacts.Of(change.Object)))
        {
            state.Changes.Add(ClusterChange.OfNode(change.Object.Metadata.Name));
        }
    }

    /// <summary>A pod came, changed or went.</summary>
    public void Take(InformerEvent<V1Pod> change)
    {
        var pod = change.Object;
        var uid = pod.Metadata.Uid;
        if (change.Kind == InformerEventKind.Deleted || pod.Status?.Phase is "Succeeded" or "Failed")
        {
            Forget(uid);
            state.Assumed.Remove(uid);
            state.Victims.Doomed.Remove(uid);
            if (state.Snapshot.RemovePod(uid) is { } left)
            {
                state.Changes.Add(ClusterChange.OfRoom(left.Node, left.Shape));
            }
        }
        else if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            Forget(uid);
            state.Assumed.Remove(uid);
            var before = state.Snapshot.Find(uid);
            var shape = new PodShape(pod);
            if (state.Snapshot.PlacePod(uid, pod.Spec.NodeName, shape, pod))
            {
                state.Changes.Add(ClusterChange.OfNeighbour(shape));
                if (before is not null)
                {
                    state.Changes.Add(ClusterChange.OfRoom(before.Node, before.Shape));
                }
            }
        }
        else if (pod.Metadata.DeletionTimestamp is not null || pod.Spec.SchedulingGates is { Count: > 0 } || !IsOurs(pod))
        {
            Forget(uid);
        }
        else
        {
            // An event from before our binding must not queue the pod again: while assumed it has its place.
            var queued = state.Queue.Set(pod);
            if (change.Kind == InformerEventKind.Added && queued.NominatedNode is null && !state.Assumed.Contains(uid) && pod.Status?.NominatedNodeName is { Length: > 0 } node)
            {
                // A scheduler before us made room for it. Later on we know better than the status, which may lag behind.
                queued.NominatedNode = node;
                state.Nominations.Set(uid, node, queued.Shape);
            }
        }
    }

    /// <summary>A disruption budget came, changed or went.</summary>
    public void Take(InformerEvent<V1PodDisruptionBudget> change) => state.Budgets.Set(KeyOf(change.Object.Metadata), Present(change));

    /// <summary>A claim came, changed or went.</summary>
    public void Take(InformerEvent<V1PersistentVolumeClaim> change)
    {
        state.Snapshot.Volumes.SetClaim(KeyOf(change.Object.Metadata), Present(change));
        state.Changes.Add(ClusterChange.OfVolumes);
    }

    /// <summary>A volume came, changed or went.</summary>
    public void Take(InformerEvent<V1PersistentVolume> change)
    {
        state.Snapshot.Volumes.SetVolume(change.Object.Metadata.Name, Present(change));
        state.Changes.Add(ClusterChange.OfVolumes);
    }

    /// <summary>A storage class came, changed or went.</summary>
    public void Take(InformerEvent<V1StorageClass> change)
    {
        state.Snapshot.Volumes.SetClass(change.Object.Metadata.Name, Present(change));
        state.Changes.Add(ClusterChange.OfVolumes);
    }

    /// <summary>A namespace came, changed or went.</summary>
    public void Take(InformerEvent<V1Namespace> change)
    {
        var labels = Present(change)?.Metadata.Labels;
        if (state.Snapshot.Pods.SetNamespace(change.Object.Metadata.Name, labels is null ? null : (labels as Dictionary<string, string>) ?? labels.ToDictionary()))
        {
            state.Changes.Add(ClusterChange.OfNamespaces);
        }
    }

    /// <summary>Lets the waiting pods ask again that something since the last call can help.</summary>
    public void WakeWaiting()
    {
        if (state.Changes.Count == 0)
        {
            return;
        }

        if (state.Queue.ParkedGroups > 0)
        {
            // Many pods leaving one node in one moment are one change to those that wait for room there.
            var rooms = new HashSet<(string, string?)>();
            foreach (var change in state.Changes)
            {
                if (rooms.Add((change.Node ?? "", change.Pod?.LabelKey)) || change.Node is null)
                {
                    state.Queue.Wake(change.Filters, group => Helps(change, group));
                }
            }
        }

        state.Changes.Clear();
    }

    /// <summary>Takes a pod out of the queue, with the place that others make for it.</summary>
    private void Forget(string uid)
    {
        state.Queue.Remove(uid);
        if (state.Nominations.Remove(uid) is { } place)
        {
            state.Changes.Add(ClusterChange.OfRoom(place.Node, place.Shape));
        }
    }

    private bool Helps(ClusterChange change, ParkedGroup group)
    {
        var first = group.First;
        if (change.Node is not null && change.Node == first.NominatedNode)
        {
            return true;
        }

        var refused = group.RefusedBy & change.Filters;
        if (change.Pod is { } pod)
        {
            if ((refused & ClusterChange.Places) != 0 && Concerns(first.Shape, pod))
            {
                return true;
            }

            refused &= ~ClusterChange.Places;
        }
        else if ((refused & Filter.PodTopologySpread) != 0)
        {
            // Where there are more domains, or others, the answer may change on nodes that did not.
            return true;
        }

        return group.RefusedBy == Filter.None || (refused != 0 && (change.Node is null || state.Placement.Takes(change.Node, first.Shape)));
    }

    // Whether a rule of one of the pods is about the other.
    private bool Concerns(PodShape waiting, PodShape other)
    {
        var index = state.Snapshot.Pods;
        var (waits, moved) = (index.ClassOf(waiting), index.ClassOf(other));
        return waiting.Terms.Spread.Any(c => index.Selects(c.Selector, moved))
            || waiting.Terms.Affinity.Any(t => index.Selects(t.Selector, moved))
            || waiting.Terms.AntiAffinity.Any(t => index.Selects(t.Selector, moved))
            || other.Terms.AntiAffinity.Any(t => index.Selects(t.Selector, waits));
    }

    private bool IsOurs(V1Pod pod) => string.IsNullOrEmpty(pod.Spec.SchedulerName) || pod.Spec.SchedulerName == schedulerName;

    private static T? Present<T>(InformerEvent<T> change)
        where T : class => change.Kind == InformerEventKind.Deleted ? null : change.Object;

    private static string KeyOf(V1ObjectMeta metadata) => $"{metadata.NamespaceProperty}/{metadata.Name}";
}
