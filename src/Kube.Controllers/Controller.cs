using k8s;
using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;
using Kube.Machinery.WorkQueues;

namespace Kube.Controllers;

/// <summary>
/// A level-triggered controller: what changes puts keys into its queue, and a key is reconciled from what is, never from what changed.
/// One instance lives for one term of leadership.
/// </summary>
internal abstract class Controller(ControllerContext context, int workers = 4)
{
    protected ControllerContext Context { get; } = context;

    protected WorkQueue<NamespacedName> Queue { get; } = new(context.Time, new WorkQueueOptions { Workers = workers }, context.Logger);

    protected ClusterInformers Informers => Context.Informers;

    /// <summary>Works until cancelled.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken)
    {
        var subscriptions = Subscribe().ToArray();
        try
        {
            await Queue.RunAsync(ReconcileAsync, cancellationToken);
        }
        finally
        {
            foreach (var subscription in subscriptions)
            {
                subscription.Dispose();
            }
        }
    }

    /// <summary>Subscribes to what leads to keys.</summary>
    protected abstract IEnumerable<IDisposable> Subscribe();

    /// <summary>Brings one key closer to what it should be.</summary>
    /// <returns>After what time to look again even if nothing changes.</returns>
    protected abstract Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken);

    /// <summary>Queues every object of a kind that changes.</summary>
    protected IDisposable Own<T>(Informer<T> informer)
        where T : class, IKubernetesObject<V1ObjectMeta> => informer.Subscribe(change => Queue.Add(Names.Of(change.Object)));

    /// <summary>Queues the controlling owner of every object of a kind that changes, before and after the change.</summary>
    protected IDisposable Owned<T>(Informer<T> informer, string ownerKind)
        where T : class, IKubernetesObject<V1ObjectMeta> => informer.Subscribe(change =>
    {
        Enqueue(change.Object);
        if (change.Old is { } old)
        {
            Enqueue(old);
        }

        void Enqueue(T item)
        {
            if (Owners.ControllerOf(item) is { } owner && owner.Kind == ownerKind)
            {
                Queue.Add(new NamespacedName(item.Metadata.NamespaceProperty ?? "", owner.Name));
            }
        }
    });

    /// <summary>Queues the objects that would adopt a pod nobody controls.</summary>
    /// <param name="informer">The objects, indexed by namespace.</param>
    /// <param name="means">Whether an object means a pod.</param>
    protected IDisposable Orphans<T>(Informer<T> informer, Func<T, V1Pod, bool> means)
        where T : class, IKubernetesObject<V1ObjectMeta> => Informers.Pods.Subscribe(change =>
    {
        if (Owners.ControllerOf(change.Object) is not null)
        {
            return;
        }

        foreach (var item in ClusterInformers.InNamespace(informer, change.Object.Metadata.NamespaceProperty).Where(i => means(i, change.Object)))
        {
            Queue.Add(Names.Of(item));
        }
    });
}
