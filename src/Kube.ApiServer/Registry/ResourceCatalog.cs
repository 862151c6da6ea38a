using System.Reflection;

namespace Kube.ApiServer.Registry;

/// <summary>
/// All kinds the server serves. A built-in kind is added by writing its class: every concrete <see cref="ResourceKind"/> of this assembly is in.
/// Custom kinds come and go while the server runs: each change makes a new snapshot, and readers take the current one without a lock.
/// </summary>
internal sealed class ResourceCatalog
{
    private readonly ResourceKind[] _builtIn;
    private volatile CatalogSnapshot _current;

    public ResourceCatalog()
    {
        _builtIn = [.. Assembly.GetExecutingAssembly().GetTypes()
            .Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(ResourceKind)) && t.GetConstructor(Type.EmptyTypes) is not null)
            .Select(t => (ResourceKind)Activator.CreateInstance(t)!)];
        _current = new CatalogSnapshot(_builtIn);
    }

    public CatalogSnapshot Current => _current;

    public IReadOnlyList<ResourceKind> Kinds => _current.Kinds;

    public ResourceKind? Find(string group, string version, string plural) => _current.Find(group, version, plural);

    public ResourceKind Get<T>()
        where T : ResourceKind => _builtIn.OfType<T>().Single();

    /// <summary>Replaces the custom kinds. A built-in kind of the same path stays.</summary>
    public void Replace(IEnumerable<ResourceKind> custom) => _current = new CatalogSnapshot(_builtIn.Concat(custom));
}
