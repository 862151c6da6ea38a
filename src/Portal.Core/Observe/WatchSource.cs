using k8s;
using k8s.Models;

namespace Portal.Core.Observe;

/// <summary>How to list and watch one kind, and what of it is kept.</summary>
internal sealed record WatchSource<T>(
    Func<CancellationToken, Task<(IEnumerable<T> Items, string Version)>> List,
    Func<string, Action<Exception>, CancellationToken, IAsyncEnumerable<(WatchEventType Kind, T Item)>> Watch,
    CacheBounds? Bounds = null)
    where T : class, IKubernetesObject<V1ObjectMeta>;
