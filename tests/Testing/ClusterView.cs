using System.Diagnostics;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Testing;

/// <summary>Nodes and pods of an instance as a watch shows them, and the moment at which something becomes true of them.</summary>
public sealed class ClusterView : IAsyncDisposable
{
    private readonly IKubernetes _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(Func<bool> Condition, TaskCompletionSource<long> Seen)> _awaited = [];
    private readonly Task _running;
    private readonly IDisposable[] _subscriptions;

    private ClusterView(PortalInstance portal)
    {
        _client = KubeClients.FromKubeconfig(portal.AdminKubeconfig);
        Nodes = new Informer<V1Node>(_client, new InformerOptions(), TimeProvider.System, NullLogger.Instance);
        Pods = new Informer<V1Pod>(_client, new InformerOptions(), TimeProvider.System, NullLogger.Instance);
        _subscriptions = [Nodes.Subscribe(_ => Look()), Pods.Subscribe(_ => Look())];
        _running = Task.WhenAll(Nodes.RunAsync(_stop.Token), Pods.RunAsync(_stop.Token));
    }

    /// <summary>The nodes.</summary>
    public Informer<V1Node> Nodes { get; }

    /// <summary>The pods of all namespaces.</summary>
    public Informer<V1Pod> Pods { get; }

    /// <summary>Begins to watch.</summary>
    public static async Task<ClusterView> OpenAsync(PortalInstance portal)
    {
        var view = new ClusterView(portal);
        await Task.WhenAll(view.Nodes.WaitForSyncAsync(view._stop.Token), view.Pods.WaitForSyncAsync(view._stop.Token));
        return view;
    }

    /// <summary>Whether a node's condition Ready is True.</summary>
    public bool IsReady(string node) => Nodes.Get(null, node)?.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Status == "True";

    /// <summary>The pods of a namespace that run and are not being deleted, those that are ready only when asked for.</summary>
    public IEnumerable<V1Pod> Running(string ns, bool ready = false) => Pods.List().Where(p => p.Metadata.NamespaceProperty == ns
        && p.Metadata.DeletionTimestamp is null && p.Status?.Phase == "Running" && (!ready || p.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true));

    /// <summary>The time between a moment and that at which a watch has shown something, or null when it did not in time.</summary>
    /// <param name="since">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="condition">Asked after each change.</param>
    /// <param name="patience">How long it may take.</param>
    public async Task<TimeSpan?> WhenAsync(long since, Func<bool> condition, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var seen = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_awaited)
            _awaited.Add((condition, seen));
        Look();
        try
        {
            return Stopwatch.GetElapsedTime(since, await seen.Task.WaitAsync(patience, TimeProvider.System));
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            lock (_awaited)
                _awaited.RemoveAll(a => a.Seen == seen);
        }
    }

    /// <summary>The same where it is a failure when it does not come.</summary>
    /// <exception cref="TimeoutException">With what was awaited.</exception>
    public async Task<TimeSpan> RequireAsync(string what, Func<bool> condition, TimeSpan patience) =>
        await WhenAsync(Stopwatch.GetTimestamp(), condition, patience) ?? throw new TimeoutException($"Expected {what} within {patience.TotalSeconds:0} s");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
        _client.Dispose();
        _stop.Dispose();
    }

    private void Look()
    {
        var now = Stopwatch.GetTimestamp();
        lock (_awaited)
        {
            foreach (var (condition, seen) in _awaited)
            {
                if (!seen.Task.IsCompleted && condition())
                    seen.TrySetResult(now);
            }
        }
    }
}
