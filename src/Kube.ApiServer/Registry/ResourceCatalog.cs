using System.Collections.Frozen;
using System.Reflection;

namespace Kube.ApiServer.Registry;

/// <summary>All kinds the server serves. A kind is added by writing its class: every concrete <see cref="ResourceKind"/> of this assembly is in.</summary>
internal sealed class ResourceCatalog
{
    private readonly FrozenDictionary<(string Group, string Version, string Plural), ResourceKind> _byPath;

    public ResourceCatalog()
    {
        Kinds = [.. Assembly.GetExecutingAssembly().GetTypes()
            .Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(ResourceKind)) && t.GetConstructor(Type.EmptyTypes) is not null)
            .Select(t => (ResourceKind)Activator.CreateInstance(t)!)
            .OrderBy(k => k.Gvk.Group, StringComparer.Ordinal).ThenBy(k => k.Plural, StringComparer.Ordinal)];
        _byPath = Kinds.ToFrozenDictionary(k => (k.Gvk.Group, k.Gvk.Version, k.Plural));
    }

    public IReadOnlyList<ResourceKind> Kinds { get; }

    public ResourceKind? Find(string group, string version, string plural) => _byPath.GetValueOrDefault((group, version, plural));

    public ResourceKind Get<T>()
        where T : ResourceKind => Kinds.OfType<T>().Single();
}
