using k8s;
using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Scheduler.Reviews;
using Microsoft.Extensions.Logging;

namespace Kube.Scheduler;

/// <summary>All that the scheduler follows.</summary>
internal sealed class SchedulerInformers(IKubernetes client, TimeProvider time, ILogger logger)
{
    private readonly Informer<V1Namespace> _namespaces = new(client, new InformerOptions(), time, logger);
    private readonly Informer<V1StorageClass> _classes = new(client, new InformerOptions(), time, logger);
    private readonly Informer<V1PersistentVolume> _volumes = new(client, new InformerOptions(), time, logger);
    private readonly Informer<V1PersistentVolumeClaim> _claims = new(client, new InformerOptions(), time, logger);
    private readonly Informer<V1PodDisruptionBudget> _budgets = new(client, new InformerOptions(), time, logger);
    private readonly Informer<V1Node> _nodes = new(client, new InformerOptions(), time, logger);
    private readonly Informer<V1Pod> _pods = new(client, new InformerOptions(), time, logger);

    /// <summary>Follows until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        _namespaces.RunAsync(cancellationToken),
        _classes.RunAsync(cancellationToken),
        _volumes.RunAsync(cancellationToken),
        _claims.RunAsync(cancellationToken),
        _budgets.RunAsync(cancellationToken),
        _nodes.RunAsync(cancellationToken),
        _pods.RunAsync(cancellationToken));

    /// <summary>Completes when the caches show everything that was acknowledged before the call.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) => Task.WhenAll(
        _namespaces.CatchUpAsync(cancellationToken),
        _classes.CatchUpAsync(cancellationToken),
        _volumes.CatchUpAsync(cancellationToken),
        _claims.CatchUpAsync(cancellationToken),
        _budgets.CatchUpAsync(cancellationToken),
        _nodes.CatchUpAsync(cancellationToken),
        _pods.CatchUpAsync(cancellationToken));

    /// <summary>Whether every first list has been taken in.</summary>
    public bool HasSynced =>
        _namespaces.HasSynced && _classes.HasSynced && _volumes.HasSynced && _claims.HasSynced && _budgets.HasSynced && _nodes.HasSynced && _pods.HasSynced;

    /// <summary>What a scheduler would know that had just been told everything; its decisions about waiting pods are not among it.</summary>
    public ClusterCapture Capture(string schedulerName)
    {
        var state = new SchedulerState();
        var events = new ClusterEvents(state, schedulerName);
        All(_namespaces, events.Take);
        All(_classes, events.Take);
        All(_volumes, events.Take);
        All(_claims, events.Take);
        All(_nodes, events.Take);
        All(_pods, events.Take);
        return ClusterCapture.Of(state);
    }

    /// <summary>Tells a loop everything, what it needs to judge pods before the pods.</summary>
    /// <returns>Dispose it to unsubscribe.</returns>
    public IDisposable Subscribe(SchedulerLoop loop) => new Subscriptions(
    [
        _namespaces.Subscribe(loop.OnNamespace),
        _classes.Subscribe(loop.OnStorageClass),
        _volumes.Subscribe(loop.OnVolume),
        _claims.Subscribe(loop.OnClaim),
        _budgets.Subscribe(loop.OnBudget),
        _nodes.Subscribe(loop.OnNode),
        _pods.Subscribe(loop.OnPod),
    ]);

    private static void All<T>(Informer<T> informer, Action<InformerEvent<T>> take)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        foreach (var item in informer.List())
        {
            take(new InformerEvent<T>(InformerEventKind.Added, item, null));
        }
    }

    private sealed class Subscriptions(IReadOnlyList<IDisposable> all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var each in all)
            {
                each.Dispose();
            }
        }
    }
}
