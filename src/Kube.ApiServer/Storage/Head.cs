using System.Collections.Immutable;

namespace Kube.ApiServer.Storage;

/// <summary>Every object as it stands at one revision. Immutable: a commit makes the next one and swaps a reference.</summary>
/// <param name="Revision">The revision it shows.</param>
/// <param name="Resources">The objects of each resource that ever had one.</param>
internal sealed record Head(long Revision, ImmutableDictionary<string, ObjectTree> Resources)
{
    /// <summary>The store before its first write.</summary>
    public static Head Empty { get; } = new(0, ImmutableDictionary<string, ObjectTree>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>The objects of a resource.</summary>
    public ObjectTree Of(string resource) => Resources.TryGetValue(resource, out var tree) ? tree : ObjectTree.Empty;

    /// <summary>The object, or null.</summary>
    public StoredObject? Find(ObjectKey key) => Of(key.Resource).Find(key.Namespace, key.Name);

    /// <summary>The head after a batch.</summary>
    /// <param name="events">At least one, in revision order, following this head.</param>
    public Head Apply(IReadOnlyList<StoreEvent> events)
    {
        var builders = new Dictionary<string, ObjectTree.Builder>(StringComparer.Ordinal);
        foreach (var e in events)
        {
            if (!builders.TryGetValue(e.Key.Resource, out var builder)) builders[e.Key.Resource] = builder = Of(e.Key.Resource).ToBuilder();
            if (e.Object is not null) builder.Set(e.Object);
            else builder.Remove(e.Key.Namespace, e.Key.Name);
        }

        var resources = Resources;
        foreach (var (resource, builder) in builders) resources = resources.SetItem(resource, builder.ToTree());
        return new Head(events[^1].Revision, resources);
    }
}
