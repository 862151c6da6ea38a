using k8s;
using k8s.Models;
using Kube.Network.Objects;

namespace Integration.Tests.Network;

/// <summary>Objects a test sets by hand, in place of an informer.</summary>
internal sealed class ObjectList<T>(params IReadOnlyCollection<T> objects) : IObjectSource<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly List<Action> _subscribers = [];
    private IReadOnlyCollection<T> _objects = objects;

    public bool HasSynced => true;

    public IReadOnlyCollection<T> List() => Volatile.Read(ref _objects);

    public void Set(params IReadOnlyCollection<T> next)
    {
        Volatile.Write(ref _objects, next);
        lock (_subscribers)
            _subscribers.ForEach(changed => changed());
    }

    public IDisposable Subscribe(Action changed)
    {
        lock (_subscribers)
            _subscribers.Add(changed);
        return new Subscription(() =>
        {
            lock (_subscribers)
                _subscribers.Remove(changed);
        });
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
