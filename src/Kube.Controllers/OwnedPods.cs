using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.PodGarbageCollection;
using Kube.Machinery;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers;

/// <summary>Creates and deletes the interchangeable pods of owners, and remembers what the cache does not show yet.</summary>
/// <param name="context">What controllers work with.</param>
/// <typeparam name="T">Model of the owners.</typeparam>
internal sealed class OwnedPods<T>(ControllerContext context)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private const int LargestBatch = 64;
    private readonly ResourceClient<T> _owners = context.Client.Resource<T>();
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();

    // Of a pod just made only its uid is of use: the rest of the answer is not read into a model.
    private readonly ResourceClient<PartialObject> _made = context.Client.Resource<PartialObject>(ResourceType.Of<V1Pod>());

    // A create whose outcome is unknown is repeated under the same name, so it cannot happen twice.
    private readonly ConcurrentDictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<long>> _unsettled = new(StringComparer.Ordinal);
    private readonly string _term = Randomness.NewId().ToString("N");

    /// <summary>Creates and deletes under way.</summary>
    public PendingPods Pending { get; } = new(context.Time);

    /// <summary>Tells which owners a change of an owner or a pod concerns.</summary>
    /// <param name="owners">The owners, indexed by namespace.</param>
    /// <param name="means">Whether an owner's selector means a pod.</param>
    /// <param name="changed">Takes the owners' names.</param>
    public IEnumerable<IDisposable> Follow(Informer<T> owners, Func<T, V1Pod, bool> means, Action<NamespacedName> changed)
    {
        yield return owners.Subscribe(change =>
        {
            if (change.Kind == InformerEventKind.Deleted)
            {
                Pending.Forget(Names.Of(change.Object));
                _sequences.TryRemove(change.Object.Metadata.Uid, out _);
                _unsettled.TryRemove(change.Object.Metadata.Uid, out _);
            }

            changed(Names.Of(change.Object));
        });
        yield return context.Informers.Pods.Subscribe(change => OnPod(change, owners, means, changed));
    }

    /// <summary>Creates pods from the owner's template as the server has it: a model would drop fields it does not know. An owner that is gone or going gets none.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="pods">What each pod is made of.</param>
    /// <param name="make">The raw pod, of the template, the part and the last part of its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CreateAsync<TPart>(T owner, IReadOnlyCollection<TPart> pods, Func<JsonObject, TPart, string, JsonObject> make, CancellationToken cancellationToken)
    {
        if (pods.Count == 0)
        {
            return;
        }

        var raw = await _owners.GetRawAsync(owner.Metadata.NamespaceProperty, owner.Metadata.Name, cancellationToken);
        if (raw?["spec"]?["template"] is not JsonObject template || raw["metadata"].Text("uid") != owner.Metadata.Uid || raw["metadata"]?["deletionTimestamp"] is not null)
        {
            return;
        }

        // Slow start: when the first is refused (a quota), the other hundred are not tried.
        var done = 0;
        for (var batch = 1; done < pods.Count; batch = Math.Min(batch * 4, LargestBatch))
        {
            var now = pods.Skip(done).Take(batch).ToArray();
            await Task.WhenAll(now.Select(part => CreateOneAsync(owner, suffix => make(template, part, suffix), cancellationToken)));
            done += now.Length;
        }
    }

    /// <summary>Deletes pods, several at a time.</summary>
    public Task DeleteAsync(T owner, IEnumerable<V1Pod> pods, CancellationToken cancellationToken) =>
        EachAsync(pods, (pod, token) => DeleteOneAsync(owner, pod, token), cancellationToken);

    /// <summary>Deletes a pod.</summary>
    public async Task DeleteOneAsync(T owner, V1Pod pod, CancellationToken cancellationToken)
    {
        Pending.Deleted(Names.Of(owner), pod.Metadata.Uid);
        try
        {
            await PodDeletion.DeleteAsync(_pods, pod, null, cancellationToken);
        }
        catch
        {
            // Refused, or its outcome is unknown: to be tried again. Deleting a pod twice does no harm, believing it deleted does.
            Pending.NotDeleted(Names.Of(owner), pod.Metadata.Uid);
            throw;
        }

        context.Events.Normal(owner, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
    }

    /// <summary>Does something with each of many pods, several at a time.</summary>
    public static Task EachAsync(IEnumerable<V1Pod> pods, Func<V1Pod, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(pods, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (pod, token) => await work(pod, token));

    private void OnPod(InformerEvent<V1Pod> change, Informer<T> owners, Func<T, V1Pod, bool> means, Action<NamespacedName> changed)
    {
        foreach (var pod in (V1Pod?[])[change.Object, change.Old])
        {
            if (pod is null)
            {
                continue;
            }

            if (Owners.ControllerOf(pod) is { } controller)
            {
                if (controller.Kind == _owners.Type.Kind)
                {
                    var key = new NamespacedName(pod.Metadata.NamespaceProperty, controller.Name);
                    if (ReferenceEquals(pod, change.Object))
                    {
                        Pending.Seen(key, pod, change.Kind == InformerEventKind.Deleted);
                    }

                    changed(key);
                }
            }
            else
            {
                foreach (var owner in ClusterInformers.InNamespace(owners, pod.Metadata.NamespaceProperty).Where(o => means(o, pod)))
                {
                    changed(Names.Of(owner));
                }
            }
        }
    }

    private async Task CreateOneAsync(T owner, Func<string, JsonObject> make, CancellationToken cancellationToken)
    {
        var (key, uid) = (Names.Of(owner), owner.Metadata.Uid);
        if (!_unsettled.TryGetValue(uid, out var unsettled) || !unsettled.TryDequeue(out var sequence))
        {
            sequence = _sequences.AddOrUpdate(uid, 1, (_, last) => last + 1);
        }

        var body = make(Names.Hash(string.Create(CultureInfo.InvariantCulture, $"{uid} {_term} {sequence}"), 5));
        var name = body["metadata"].Text("name")!;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var made = await _made.CreateRawAsync(key.Namespace, (JsonObject)body.DeepClone(), cancellationToken);
                Pending.Created(key, made.Metadata.Uid);
                context.Events.Normal(owner, "SuccessfulCreate", $"Created pod: {name}");
                return;
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                if (await _made.GetAsync(key.Namespace, name, cancellationToken) is { } there && Owners.ControllerOf(there)?.Uid == uid)
                {
                    Pending.Created(key, there.Metadata.Uid);
                    return;
                }

                throw;
            }
            catch (HttpRequestException) when (attempt < 2)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), context.Time, cancellationToken);
            }
            catch (HttpRequestException)
            {
                _unsettled.GetOrAdd(uid, _ => new ConcurrentQueue<long>()).Enqueue(sequence);
                throw;
            }
            catch (ApiException e)
            {
                context.Events.Warning(owner, "FailedCreate", $"Error creating: {e.Message}");
                throw;
            }
        }
    }
}
