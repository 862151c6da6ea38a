using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>Keeps the catalog's custom kinds equal to the stored CustomResourceDefinitions.</summary>
internal sealed class CustomDefinitions(IObjectStore store, ResourceCatalog catalog)
{
    public const string Resource = "customresourcedefinitions.apiextensions.k8s.io";
    private readonly Lock _reading = new();
    private Dictionary<string, (long Revision, ResourceKind[] Kinds)> _known = new(StringComparer.Ordinal);

    /// <summary>
    /// The kind at a path. One that was defined an instant ago is found although the news of it is still on its way: whoever creates a definition
    /// may use it as soon as the answer is there.
    /// </summary>
    public ResourceKind? Find(string group, string version, string plural)
    {
        if (catalog.Find(group, version, plural) is { } kind)
            return kind;
        if (group.Length == 0 || store.Get(new ObjectKey(Resource, "", $"{plural}.{group}")) is null)
            return null;
        Refresh();
        return catalog.Find(group, version, plural);
    }

    /// <summary>Reads the definitions again. Those that did not change keep their kinds.</summary>
    /// <returns>The revision that was read.</returns>
    public long Refresh()
    {
        lock (_reading)
        {
            var snapshot = store.List(Resource, null);
            var known = new Dictionary<string, (long, ResourceKind[])>(StringComparer.Ordinal);
            var changed = false;
            foreach (var stored in snapshot.Items)
            {
                if (_known.TryGetValue(stored.Key.Name, out var before) && before.Revision == stored.Revision)
                {
                    known.Add(stored.Key.Name, before);
                    continue;
                }

                changed = true;
                known.Add(stored.Key.Name, (stored.Revision, Kinds(stored)));
            }

            changed |= known.Count != _known.Count;
            _known = known;
            if (changed)
                catalog.Replace(known.Values.SelectMany(k => k.Item2));
            return snapshot.Revision;
        }
    }

    private static ResourceKind[] Kinds(StoredObject stored)
    {
        var definition = DocumentReader.Read(stored.Json.Span);
        var accepted = definition.Object("status").Objects("conditions").Any(c => c.Text("type") == "Established" && c.Text("status") == "True");
        return accepted
            ? [.. definition.Object("spec").Objects("versions").Where(v => v.Flag("served") == true).Select(v => new CustomResourceKind(definition, v))]
            : [];
    }
}
