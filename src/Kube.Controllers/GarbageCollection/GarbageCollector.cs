using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.GarbageCollection;

/// <summary>
/// Deletes objects whose owners are all gone, and carries out foreground and orphaning deletion
/// (https://kubernetes.io/docs/concepts/architecture/garbage-collection/), for every kind the server has.
/// Keys of its queue are uids.
/// </summary>
internal sealed class GarbageCollector(ControllerContext context) : Controller(context, workers: 8)
{
    private static readonly TimeSpan DiscoveryPeriod = TimeSpan.FromSeconds(30);

    // Kinds that own nothing, are owned by nothing and change all the time.
    private static readonly HashSet<string> Ignored = ["events", "leases"];
    private readonly OwnerGraph _graph = new();
    private readonly KnownKinds _kinds = new(context);
    private readonly ConcurrentDictionary<ResourceType, Informer<PartialObject>> _informers = new();

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var follow = FollowKindsAsync(stop.Token);
        try
        {
            await Task.WhenAny(follow, base.RunAsync(stop.Token));
        }
        finally
        {
            await stop.CancelAsync();
            await follow;
        }
    }

    protected override IEnumerable<IDisposable> Subscribe() => [];

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (_graph.Find(key.Name) is not { } item)
        {
            return null;
        }

        if (item.LeavesDependents)
        {
            await OrphanAsync(item, cancellationToken);
        }
        else if (item.WaitsForDependents)
        {
            await FinishForegroundAsync(item, cancellationToken);
        }
        else if (!item.IsDeleting && item.Owners.Count > 0)
        {
            await JudgeAsync(item, cancellationToken);
        }

        return null;
    }

    private async Task FollowKindsAsync(CancellationToken cancellationToken)
    {
        var runs = new List<Task>();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var pause = DiscoveryPeriod;
                try
                {
                    foreach (var type in await _kinds.ReadAsync(cancellationToken))
                    {
                        if (!Ignored.Contains(type.Plural) && !_informers.ContainsKey(type))
                        {
                            var informer = new Informer<PartialObject>(Context.Client, new InformerOptions { Resource = type }, Context.Time, Context.Logger);
                            _informers[type] = informer;
                            informer.Subscribe(change => Take(type, change));
                            runs.Add(informer.RunAsync(cancellationToken));
                        }
                    }
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
                {
                    Context.Logger.DiscoveryFailed(e.Message);
                    pause = TimeSpan.FromSeconds(1);
                }

                await Task.Delay(pause, Context.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The term ends.
        }

        await Task.WhenAll(runs);
    }

    private void Take(ResourceType type, InformerEvent<PartialObject> change)
    {
        var item = new OwnedObject(type, change.Object.Metadata);
        var before = _graph.Find(item.Uid)?.Owners ?? [];
        if (change.Kind == InformerEventKind.Deleted)
        {
            _graph.Remove(item.Uid);
            foreach (var dependent in _graph.DependentsOf(item.Uid))
            {
                Enqueue(dependent.Uid);
            }
        }
        else
        {
            _graph.Set(item);
            if (item.LeavesDependents || item.WaitsForDependents || (!item.IsDeleting && item.Owners.Any(o => _graph.Find(o.Uid) is null or { WaitsForDependents: true })))
            {
                Enqueue(item.Uid);
            }
        }

        // An owner that waits for its dependents looks again when one changes, leaves it, or goes.
        foreach (var owner in item.Owners.Concat(before))
        {
            if (_graph.Find(owner.Uid) is { IsDeleting: true } waiting)
            {
                Enqueue(waiting.Uid);
            }
        }
    }

    private void Enqueue(string uid) => Queue.Add(new NamespacedName("", uid));

    private async Task JudgeAsync(OwnedObject item, CancellationToken cancellationToken)
    {
        List<V1OwnerReference> solid = [], gone = [], waiting = [];
        foreach (var owner in item.Owners)
        {
            if (_graph.Find(owner.Uid) is { } known)
            {
                (known.WaitsForDependents && owner.BlockOwnerDeletion == true ? waiting : solid).Add(owner);
            }
            else if (await ExistsAsync(item, owner, cancellationToken))
            {
                solid.Add(owner);
            }
            else
            {
                gone.Add(owner);
            }
        }

        var client = Context.Client.Resource<PartialObject>(item.Type);
        var meta = item.Metadata;
        if (solid.Count > 0)
        {
            if (gone.Count + waiting.Count > 0)
            {
                var patch = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = meta.ResourceVersion, ["ownerReferences"] = Owners.References(solid) },
                };
                await PatchAsync(client, item, patch, cancellationToken);
            }

            return;
        }

        if (waiting.Count > 0 && _graph.DependentsOf(item.Uid).Any(d => d.WaitsForDependents))
        {
            // Its dependent may wait for it in turn, round a circle: it stops holding its owners up, and the circle opens.
            foreach (var owner in item.Owners)
            {
                owner.BlockOwnerDeletion = false;
            }

            var unblock = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = meta.ResourceVersion, ["ownerReferences"] = Owners.References(item.Owners) } };
            await PatchAsync(client, item, unblock, cancellationToken);
            return;
        }

        var foreground = waiting.Count > 0 && _graph.DependentsOf(item.Uid).Any(d => d.Owners.Any(o => o.Uid == item.Uid && o.BlockOwnerDeletion == true));
        try
        {
            var options = new V1DeleteOptions
            {
                PropagationPolicy = foreground ? "Foreground" : "Background",
                Preconditions = new V1Preconditions { Uid = item.Uid, ResourceVersion = meta.ResourceVersion },
            };
            await client.DeleteAsync(meta.NamespaceProperty, meta.Name, options, cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // It changed since: its event brings it back, unless only our picture of it was late.
            if (await client.GetAsync(meta.NamespaceProperty, meta.Name, cancellationToken) is { } now && now.Metadata.Uid == item.Uid)
            {
                throw;
            }
        }
    }

    // The graph may not have seen the owner yet; only the server's word is reason enough to delete.
    private async Task<bool> ExistsAsync(OwnedObject item, V1OwnerReference owner, CancellationToken cancellationToken)
    {
        var (group, version) = owner.ApiVersion.Split('/') is [var g, var v] ? (g, v) : ("", owner.ApiVersion);
        var types = await _kinds.ReadAsync(cancellationToken);
        if ((types.FirstOrDefault(t => t.Kind == owner.Kind && t.Group == group && t.Version == version) ?? types.FirstOrDefault(t => t.Kind == owner.Kind && t.Group == group)) is not { } type)
        {
            // A kind the server does not have (any more): nobody can tell, so nothing is deleted.
            return true;
        }

        var ns = type.Namespaced ? item.Metadata.NamespaceProperty : null;
        if (type.Namespaced && string.IsNullOrEmpty(ns))
        {
            // A cluster-scoped object cannot be owned by a namespaced one; Kubernetes leaves such objects alone as well.
            return true;
        }

        var found = await Context.Client.Resource<PartialObject>(type).GetAsync(ns, owner.Name, cancellationToken);
        return found?.Metadata.Uid == owner.Uid;
    }

    private async Task FinishForegroundAsync(OwnedObject item, CancellationToken cancellationToken)
    {
        var dependents = _graph.DependentsOf(item.Uid);
        foreach (var dependent in dependents.Where(d => !d.IsDeleting))
        {
            Enqueue(dependent.Uid);
        }

        if (!dependents.Any(d => d.Owners.Any(o => o.Uid == item.Uid && o.BlockOwnerDeletion == true)))
        {
            await RemoveFinalizerAsync(item, OwnedObject.Foreground, cancellationToken);
        }
    }

    private async Task OrphanAsync(OwnedObject item, CancellationToken cancellationToken)
    {
        foreach (var dependent in _graph.DependentsOf(item.Uid))
        {
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["resourceVersion"] = dependent.Metadata.ResourceVersion,
                    ["ownerReferences"] = Owners.References(dependent.Owners.Where(o => o.Uid != item.Uid)),
                },
            };
            await PatchAsync(Context.Client.Resource<PartialObject>(dependent.Type), dependent, patch, cancellationToken);
        }

        await RemoveFinalizerAsync(item, OwnedObject.Orphan, cancellationToken);
    }

    private Task RemoveFinalizerAsync(OwnedObject item, string finalizer, CancellationToken cancellationToken)
    {
        var left = (item.Metadata.Finalizers ?? []).Where(f => f != finalizer).Select(f => (JsonNode)f);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = item.Metadata.ResourceVersion, ["finalizers"] = new JsonArray([.. left]) },
        };
        return PatchAsync(Context.Client.Resource<PartialObject>(item.Type), item, patch, cancellationToken);
    }

    private static async Task PatchAsync(ResourceClient<PartialObject> client, OwnedObject item, JsonObject patch, CancellationToken cancellationToken)
    {
        try
        {
            await client.PatchAsync(item.Metadata.NamespaceProperty, item.Metadata.Name, patch, PatchKind.Merge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone: what was to be done to it is done.
        }
    }
}
