using System.Collections.Concurrent;
using Portal.Core.Releases;

namespace Portal.Core.Observe;

/// <summary>Says that something changed, by namespace and at all. What changed is read from the caches and the database.</summary>
internal sealed class ChangeFeed
{
    private readonly WorkSignal _any = new();
    private readonly ConcurrentDictionary<string, WorkSignal> _byNamespace = new(StringComparer.Ordinal);

    /// <summary>Completes at the next change anywhere.</summary>
    public Task Any => _any.Next;

    /// <summary>Completes at the next change in a namespace. Take it before reading.</summary>
    public Task In(string ns) => _byNamespace.GetOrAdd(ns, _ => new()).Next;

    public void Raise(string ns)
    {
        if (_byNamespace.TryGetValue(ns, out var signal)) signal.Raise();
        _any.Raise();
    }
}
