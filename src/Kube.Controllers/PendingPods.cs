using System.Collections.Concurrent;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.Controllers;

/// <summary>
/// Creates and deletes that the cache does not show yet, by owner. Without it one reconciled from a late cache would create pods twice.
/// Entries the cache never shows (created and deleted between two lists) expire.
/// </summary>
internal sealed class PendingPods(TimeProvider time)
{
    /// <summary>After what time everything that is pending now has been seen or has expired.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(31);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<NamespacedName, Entries> _sets = new();

    public void Created(NamespacedName set, string uid) => Of(set).Add(uid, created: true, time.GetUtcNow() + Longest);

    public void Deleted(NamespacedName set, string uid) => Of(set).Add(uid, created: false, time.GetUtcNow() + Longest);

    /// <summary>A delete did not come about.</summary>
    public void NotDeleted(NamespacedName set, string uid) => Of(set).Revoke(uid);

    /// <summary>The cache showed a pod, or that it is gone.</summary>
    public void Seen(NamespacedName set, V1Pod pod, bool gone)
    {
        if (_sets.TryGetValue(set, out var entries))
        {
            entries.Remove(pod.Metadata.Uid, gone || pod.Metadata.DeletionTimestamp is not null);
        }
    }

    public void Forget(NamespacedName set) => _sets.TryRemove(set, out _);

    /// <summary>Pods created that are not among the known ones, and uids of pods deleted.</summary>
    public (int Creating, IReadOnlySet<string> Deleting) Read(NamespacedName set, IEnumerable<V1Pod> known) =>
        Of(set).Read(known, time.GetUtcNow());

    private Entries Of(NamespacedName set) => _sets.GetOrAdd(set, _ => new Entries());

    private sealed class Entries
    {
        public static readonly IReadOnlySet<string> Nothing = new HashSet<string>();
        private readonly Lock _lock = new();
        private readonly Dictionary<string, DateTimeOffset> _created = new(StringComparer.Ordinal);
        private readonly Dictionary<string, DateTimeOffset> _deleted = new(StringComparer.Ordinal);

        // Uids the cache showed before the answer to the create arrived.
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public void Add(string uid, bool created, DateTimeOffset until)
        {
            lock (_lock)
            {
                if (!created)
                {
                    _deleted[uid] = until;
                }
                else if (!_seen.Contains(uid))
                {
                    _created[uid] = until;
                }
            }
        }

        public void Remove(string uid, bool deleted)
        {
            lock (_lock)
            {
                if (!_created.Remove(uid) && _seen.Count < 4096)
                {
                    _seen.Add(uid);
                }

                if (deleted)
                {
                    _deleted.Remove(uid);
                }
            }
        }

        public void Revoke(string uid)
        {
            lock (_lock)
            {
                _deleted.Remove(uid);
            }
        }

        public (int, IReadOnlySet<string>) Read(IEnumerable<V1Pod> known, DateTimeOffset now)
        {
            lock (_lock)
            {
                foreach (var pod in known)
                {
                    _created.Remove(pod.Metadata.Uid);
                }

                foreach (var late in _created.Where(c => c.Value < now).Select(c => c.Key).ToArray())
                {
                    _created.Remove(late);
                }

                foreach (var late in _deleted.Where(c => c.Value < now).Select(c => c.Key).ToArray())
                {
                    _deleted.Remove(late);
                }

                _seen.Clear();
                return (_created.Count, _deleted.Count == 0 ? Nothing : _deleted.Keys.ToHashSet(StringComparer.Ordinal));
            }
        }
    }
}
