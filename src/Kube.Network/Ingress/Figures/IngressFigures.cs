using System.Collections.Concurrent;

namespace Kube.Network.Ingress.Figures;

/// <summary>The figures of every Ingress that was asked for anything.</summary>
internal sealed class IngressFigures
{
    private readonly ConcurrentDictionary<(string Namespace, string Ingress), RequestFigures> _all = new();
    private readonly ConcurrentDictionary<string, long> _published = new(StringComparer.Ordinal);

    /// <summary>Counts one request; see <see cref="RequestFigures.Count"/>.</summary>
    public void Count(string ns, string ingress, TimeSpan duration, bool failed) =>
        _all.GetOrAdd((ns, ingress), static _ => new RequestFigures()).Count(duration.TotalMilliseconds, failed);

    /// <summary>By namespace, what has changed since it was last published.</summary>
    public IEnumerable<(string Namespace, long Requests, IReadOnlyDictionary<string, string> Figures)> Changed()
    {
        foreach (var group in _all.GroupBy(entry => entry.Key.Namespace))
        {
            var requests = group.Sum(entry => entry.Value.Requests);
            if (_published.GetValueOrDefault(group.Key) != requests)
                yield return (group.Key, requests, group.ToDictionary(entry => entry.Key.Ingress, entry => entry.Value.ToString(), StringComparer.Ordinal));
        }
    }

    /// <summary>Notes that a namespace's figures are out.</summary>
    public void Published(string ns, long requests) => _published[ns] = requests;

    /// <summary>Drops a namespace that is gone.</summary>
    public void Forget(string ns)
    {
        _published.TryRemove(ns, out _);
        foreach (var key in _all.Keys.Where(key => key.Namespace == ns))
            _all.TryRemove(key, out _);
    }
}
