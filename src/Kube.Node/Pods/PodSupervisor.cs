using System.Collections.Concurrent;
using Grpc.Core;
using Kube.Node.Cri;

namespace Kube.Node.Pods;

/// <summary>Keeps one worker a pod, wakes workers when the runtime moves, and removes what belongs to no pod.</summary>
internal sealed class PodSupervisor(PodServices node)
{
    private static readonly TimeSpan Relist = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (PodWorker Worker, Task Run)> _workers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Runs until cancelled. The pods' source must have its first list.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var subscription = node.Api.Subscribe(change => OnChange(change, ct));
        var events = new ContainerEvents(node.Cri, node.Time, node.Logger).RunAsync(OnExit, ct);
        var lastRefresh = node.Time.GetUtcNow();
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await RelistAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or IOException or UnauthorizedAccessException && !ct.IsCancellationRequested)
            {
                Log.WillRetry(node.Logger, "listing containers", e.Message);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException && ct.IsCancellationRequested)
            {
                break;
            }

            if (node.Time.GetUtcNow() - lastRefresh >= Refresh)
            {
                // Secrets and ConfigMaps in volumes follow their objects.
                lastRefresh = node.Time.GetUtcNow();
                PokeAll();
            }

            await Task.Delay(Relist, node.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await events.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_workers.Values.Select(w => w.Run)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Images have come: containers that wait for one try again now.</summary>
    public void ImagesChanged()
    {
        foreach (var (worker, _) in _workers.Values)
            worker.ImagesChanged();
    }

    /// <summary>Has every worker look again.</summary>
    public void PokeAll()
    {
        foreach (var (worker, _) in _workers.Values)
            worker.Poke();
    }

    private void OnChange(PodChange change, CancellationToken ct)
    {
        var uid = change.Pod.Metadata.Uid;
        lock (_lock)
        {
            if (_workers.TryGetValue(uid, out var known))
            {
                if (change.Gone)
                    known.Worker.Gone();
                else
                    known.Worker.Update(change.Pod);
                return;
            }

            if (change.Gone)
                return;
            var worker = new PodWorker(node, change.Pod, id => _owners[id] = uid);
            _workers[uid] = (worker, RunWorkerAsync(worker, ct));
        }
    }

    private async Task RunWorkerAsync(PodWorker worker, CancellationToken ct)
    {
        await Task.Yield();
        var failed = false;
        try
        {
            await worker.RunAsync(ct).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A bug met by one pod must not stop the others, nor leave this one without a worker.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            failed = true;
            Log.WorkerFailed(node.Logger, e, $"{worker.Pod.Metadata.NamespaceProperty}/{worker.Pod.Metadata.Name}");
            await Task.Delay(AfterFault, node.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            lock (_lock)
                _workers.TryRemove(worker.Uid, out _);
            foreach (var (id, _) in _owners.Where(o => o.Value == worker.Uid).ToList())
                _owners.TryRemove(id, out _);
            worker.Dispose();
        }

        if (failed && !ct.IsCancellationRequested && node.Api.List().FirstOrDefault(p => p.Metadata.Uid == worker.Uid) is { } pod)
            OnChange(new PodChange(pod, false), ct);
    }

    private void OnExit(string id)
    {
        if (_owners.TryGetValue(id, out var uid))
        {
            if (_workers.TryGetValue(uid, out var known))
                known.Worker.Ended(id);
        }
        else
        {
            PokeAll();
        }
    }

    private async Task RelistAsync(CancellationToken ct)
    {
        var parts = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        void Note(IDictionary<string, string> labels, string part)
        {
            if (!labels.TryGetValue(CriLabels.PodUid, out var uid))
                return;
            if (!parts.TryGetValue(uid, out var list))
                parts[uid] = list = [];
            list.Add(part);
        }

        foreach (var sandbox in await node.Cri.ListPodSandboxesAsync(null, ct).ConfigureAwait(false))
            Note(sandbox.Labels, $"{sandbox.Id}:{sandbox.State}");
        foreach (var container in await node.Cri.ListContainersAsync(null, ct).ConfigureAwait(false))
            Note(container.Labels, $"{container.Id}:{container.State}");
        foreach (var (uid, list) in parts)
        {
            list.Sort(StringComparer.Ordinal);
            var state = string.Join(' ', list);
            var isNew = !_seen.TryGetValue(uid, out var before) || before != state;
            _seen[uid] = state;
            if (isNew && _workers.TryGetValue(uid, out var known))
                known.Worker.Poke();
        }

        foreach (var gone in _seen.Keys.Where(k => !parts.ContainsKey(k)).ToList())
        {
            _seen.Remove(gone);
            if (_workers.TryGetValue(gone, out var known))
                known.Worker.Poke();
        }

        await RemoveOrphansAsync(parts.Keys, ct).ConfigureAwait(false);
    }

    private async Task RemoveOrphansAsync(IEnumerable<string> inRuntime, CancellationToken ct)
    {
        var onDisk = Directory.Exists(node.Paths.Pods) ? Directory.EnumerateDirectories(node.Paths.Pods).Select(p => Path.GetFileName(p)) : [];
        var alive = inRuntime.ToHashSet(StringComparer.Ordinal);
        PodCleanup.RemoveLeftCgroups(node.Options.InstanceId, uid => alive.Contains(uid) || _workers.ContainsKey(uid));
        foreach (var uid in alive.Concat(onDisk).Distinct(StringComparer.Ordinal).ToList())
        {
            // The list is asked again for each: a pod may just have come.
            if (_workers.ContainsKey(uid) || node.Api.List().Any(p => p.Metadata.Uid == uid))
                continue;
            Log.RemovingOrphan(node.Logger, $"pod {uid}");
            await PodCleanup.RemoveAsync(node, uid, null, ct).ConfigureAwait(false);
        }
    }
}
