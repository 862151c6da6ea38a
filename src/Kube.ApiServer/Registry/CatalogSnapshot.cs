using System.Collections.Frozen;

namespace Kube.ApiServer.Registry;

/// <summary>The kinds served at one moment. Never changes.</summary>
internal sealed class CatalogSnapshot
{
    private readonly FrozenDictionary<(string Group, string Version, string Plural), ResourceKind> _byPath;

    public CatalogSnapshot(IEnumerable<ResourceKind> kinds)
    {
        Kinds = [.. kinds.DistinctBy(k => (k.Gvk.Group, k.Gvk.Version, k.Plural)).OrderBy(k => k.Gvk.Group, StringComparer.Ordinal).ThenBy(k => k.Plural, StringComparer.Ordinal)];
        _byPath = Kinds.ToFrozenDictionary(k => (k.Gvk.Group, k.Gvk.Version, k.Plural));
    }

    public IReadOnlyList<ResourceKind> Kinds { get; }

    public ResourceKind? Find(string group, string version, string plural) => _byPath.GetValueOrDefault((group, version, plural));
}
