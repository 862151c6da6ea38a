using k8s;
using k8s.Models;

namespace Kube.Network.Objects;

/// <summary>The current objects of one kind, and a nudge when they change. An informer in production, a list in tests.</summary>
internal interface IObjectSource<T> where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>True once the first list is complete; before that <see cref="List"/> proves nothing about absence.</summary>
    bool HasSynced { get; }

    /// <summary>All current objects, in no order.</summary>
    IReadOnlyCollection<T> List();

    /// <summary>Calls back after each change. The callback must return at once: it runs on the watch.</summary>
    IDisposable Subscribe(Action changed);
}
