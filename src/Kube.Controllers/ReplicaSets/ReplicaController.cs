using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.PodGarbageCollection;
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
    private const int LargestBatch = 64;
    private readonly ResourceClient<T> _sets = context.Client.Resource<T>();
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();
    private readonly PodOwnership _ownership = new(context, context.Client.Resource<T>().Type);
    private readonly PendingPods _pending = new(context.Time);

    // A create whose outcome is unknown is repeated under the same name, so it cannot happen twice.
    private readonly ConcurrentDictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly string _term = Guid.NewGuid().ToString("N");

    private string Kind => _sets.Type.Kind;

    /// <summary>The object as a replica set.</summary>
    protected abstract V1ReplicaSet View(T item);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return informer.Subscribe(change =>
        {
            if (change.Kind == InformerEventKind.Deleted)
            {
                _pending.Forget(Names.Of(change.Object));
                _sequences.TryRemove(change.Object.Metadata.Uid, out _);
            }

            Queue.Add(Names.Of(change.Object));
        });
        yield return Informers.Pods.Subscribe(OnPod);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (informer.Get(key.Namespace, key.Name) is not { } set)
        {
            return null;
        }

        var owned = ClusterInformers.OwnedBy(Informers.Pods, set.Metadata.Uid);
        var orphans = ClusterInformers.OwnedBy(Informers.Pods, "").Where(p => p.Metadata.NamespaceProperty == key.Namespace);
        var (creating, deleting) = _pending.Read(key, owned);
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
            await CreateAsync(set, key, plan.Create, cancellationToken);
            await DeleteAsync(set, key, plan.Delete, cancellationToken);
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

        return plan.LookAgain is { } again ? again + TimeSpan.FromMilliseconds(10) : null;
    }

    private void OnPod(InformerEvent<V1Pod> change)
    {
        foreach (var pod in (V1Pod?[])[change.Object, change.Old])
        {
            if (pod is null)
            {
                continue;
            }

            if (Owners.ControllerOf(pod) is { } owner)
            {
                if (owner.Kind == Kind)
                {
                    var key = new NamespacedName(pod.Metadata.NamespaceProperty, owner.Name);
                    if (ReferenceEquals(pod, change.Object))
                    {
                        _pending.Seen(key, pod, change.Kind == InformerEventKind.Deleted);
                    }

                    Queue.Add(key);
                }
            }
            else
            {
                foreach (var set in ClusterInformers.InNamespace(informer, pod.Metadata.NamespaceProperty))
                {
                    if (View(set).Spec.Selector.Matches(pod.Metadata))
                    {
                        Queue.Add(Names.Of(set));
                    }
                }
            }
        }
    }

    private async Task CreateAsync(T set, NamespacedName key, int count, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return;
        }

        // The raw template: a model would drop fields it does not know.
        var raw = await _sets.GetRawAsync(key.Namespace, key.Name, cancellationToken);
        if (raw?["spec"]?["template"] is not JsonObject template || (string?)raw["metadata"]?["uid"] != set.Metadata.Uid)
        {
            return;
        }

        // Slow start: when the first is refused (a quota), the other hundred are not tried.
        var batch = 1;
        while (count > 0)
        {
            var size = Math.Min(batch, count);
            await Task.WhenAll(Enumerable.Range(0, size).Select(_ => CreateOneAsync(set, key, template, cancellationToken)));
            count -= size;
            batch = Math.Min(batch * 4, LargestBatch);
        }
    }

    private async Task CreateOneAsync(T set, NamespacedName key, JsonObject template, CancellationToken cancellationToken)
    {
        var uid = set.Metadata.Uid;
        var sequence = _sequences.AddOrUpdate(uid, 1, (_, last) => last + 1);
        var name = Names.Child(key.Name, Names.Hash(string.Create(CultureInfo.InvariantCulture, $"{uid} {_term} {sequence}"), 5), 63);
        var metadata = template["metadata"] is JsonObject m ? (JsonObject)m.DeepClone() : [];
        metadata.Remove("creationTimestamp");
        metadata["name"] = name;
        metadata["namespace"] = key.Namespace;
        metadata["generateName"] = $"{key.Name}-";
        metadata["ownerReferences"] = new JsonArray(Owners.Reference(_sets.Type.ApiVersion, Kind, set.Metadata));
        var body = new JsonObject { ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() };
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var pod = await _pods.CreateRawAsync(key.Namespace, (JsonObject)body.DeepClone(), cancellationToken);
                _pending.Created(key, pod.Metadata.Uid);
                Context.Events.Normal(set, "SuccessfulCreate", $"Created pod: {name}");
                return;
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                if (await _pods.GetAsync(key.Namespace, name, cancellationToken) is { } there && Owners.ControllerOf(there)?.Uid == uid)
                {
                    _pending.Created(key, there.Metadata.Uid);
                    return;
                }

                throw;
            }
            catch (HttpRequestException) when (attempt < 2)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), Context.Time, cancellationToken);
            }
            catch (ApiException e)
            {
                Context.Events.Warning(set, "FailedCreate", $"Error creating: {e.Message}");
                throw;
            }
        }
    }

    private async Task DeleteAsync(T set, NamespacedName key, IReadOnlyList<V1Pod> pods, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(pods, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (pod, token) =>
        {
            _pending.Deleted(key, pod.Metadata.Uid);
            await PodDeletion.DeleteAsync(_pods, pod, null, token);
            Context.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
        });
    }

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
