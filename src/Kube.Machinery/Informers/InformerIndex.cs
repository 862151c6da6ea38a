using k8s;
using k8s.Models;

namespace Kube.Machinery.Informers;

/// <summary>Finds cached objects by keys computed from them. The informer's lock for readers guards it.</summary>
internal sealed class InformerIndex<T>(Func<T, IEnumerable<string>> keys)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Dictionary<string, Dictionary<(string, string), T>> _buckets = new(StringComparer.Ordinal);

    public void Change(T? old, T? now)
    {
        if (old is not null)
        {
            foreach (var key in keys(old))
            {
                if (_buckets.TryGetValue(key, out var bucket) && bucket.Remove(Identity(old)) && bucket.Count == 0)
                {
                    _buckets.Remove(key);
                }
            }
        }

        if (now is not null)
        {
            foreach (var key in keys(now))
            {
                if (!_buckets.TryGetValue(key, out var bucket))
                {
                    _buckets[key] = bucket = [];
                }

                bucket[Identity(now)] = now;
            }
        }
    }

    public IReadOnlyList<T> Find(string key) => _buckets.TryGetValue(key, out var bucket) ? [.. bucket.Values] : [];

    private static (string, string) Identity(T item) => (item.Metadata.NamespaceProperty ?? "", item.Metadata.Name);
}
