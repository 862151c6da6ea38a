using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Kube.Node.Pods;

/// <summary>
/// The values of Secrets that containers of this node were given, also after the Secret has changed: a container goes on with the value it started with and may still print it.
/// Kept in memory only, as long as a pod of the node names the Secret.
/// </summary>
internal sealed class SecretMemory
{
    private const int MaxValues = 256;
    private readonly ConcurrentDictionary<string, ImmutableHashSet<string>> _values = new(StringComparer.Ordinal);

    /// <summary>Adds the values of a Secret as just read.</summary>
    public void Remember(string podNamespace, string name, IDictionary<string, byte[]> data)
    {
        var read = data.Values.Select(Convert.ToBase64String).ToImmutableHashSet(StringComparer.Ordinal);
        _values.AddOrUpdate(Key(podNamespace, name), read, (_, known) => read.IsSubsetOf(known) ? known : known.Count + read.Count > MaxValues ? read : known.Union(read));
    }

    /// <summary>All values seen of a Secret.</summary>
    public IEnumerable<byte[]> Of(string podNamespace, string name) => _values.GetValueOrDefault(Key(podNamespace, name), []).Select(Convert.FromBase64String);

    /// <summary>Forgets the Secrets that none of these pods names.</summary>
    public void Keep(IEnumerable<k8s.Models.V1Pod> pods)
    {
        var named = pods.SelectMany(pod => PodSecrets.NamesOf(pod).Select(name => Key(pod.Metadata.NamespaceProperty, name))).ToHashSet(StringComparer.Ordinal);
        foreach (var key in _values.Keys.Where(key => !named.Contains(key)))
            _values.TryRemove(key, out _);
    }

    private static string Key(string podNamespace, string name) => $"{podNamespace}/{name}";
}
