using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Watch;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Authorization;

/// <summary>Which Secrets, ConfigMaps, service accounts and claims the pods of a node name; as new as the store, without a scan.</summary>
internal sealed class PodReferences : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ResourceMirror _pods;
    private readonly IObjectStore _store;
    private readonly Dictionary<ObjectKey, (string Node, HashSet<(string Resource, string Name)> Names)> _byPod = [];
    private readonly Dictionary<(string Node, ObjectKey Key), int> _uses = [];

    public PodReferences(IObjectStore store)
    {
        _store = store;
        _pods = new ResourceMirror(store, "pods", Clear, Put, Remove);
    }

    public void Dispose() => _pods.Dispose();

    /// <summary>Whether a pod bound to the node names the object.</summary>
    public bool Uses(string node, string resource, string ns, string name)
    {
        lock (_lock)
        {
            _pods.CatchUp();
            return _uses.ContainsKey((node, new ObjectKey(resource, ns, name)));
        }
    }

    /// <summary>Whether a pod bound to the node has a claim that is bound to the volume.</summary>
    public bool UsesVolume(string node, string volume)
    {
        if (_store.Get(new ObjectKey("persistentvolumes", "", volume)) is not { } stored)
            return false;
        var claim = DocumentReader.Read(stored.Json.Span).Object("spec").Object("claimRef");
        return claim is not null && Uses(node, "persistentvolumeclaims", claim.Text("namespace") ?? "", claim.Text("name") ?? "");
    }

    private void Clear()
    {
        _byPod.Clear();
        _uses.Clear();
    }

    private void Put(StoredObject stored)
    {
        Remove(stored);
        if (FieldReader.Text(stored.Json, "spec.nodeName") is not { Length: > 0 } node)
            return;
        var names = Names(DocumentReader.Read(stored.Json.Span).Object("spec"));
        _byPod[stored.Key] = (node, names);
        foreach (var (resource, name) in names)
        {
            var key = (node, new ObjectKey(resource, stored.Key.Namespace, name));
            _uses[key] = _uses.GetValueOrDefault(key) + 1;
        }
    }

    private void Remove(StoredObject stored)
    {
        if (!_byPod.Remove(stored.Key, out var known))
            return;
        foreach (var (resource, name) in known.Names)
        {
            var key = (known.Node, new ObjectKey(resource, stored.Key.Namespace, name));
            var left = _uses.GetValueOrDefault(key) - 1;
            if (left > 0)
                _uses[key] = left;
            else
                _uses.Remove(key);
        }
    }

    private static HashSet<(string Resource, string Name)> Names(JsonObject? spec)
    {
        var names = new HashSet<(string, string)>();
        Add("serviceaccounts", spec.Text("serviceAccountName"));
        foreach (var pull in spec.Objects("imagePullSecrets"))
            Add("secrets", pull.Text("name"));
        foreach (var volume in spec.Objects("volumes"))
        {
            Add("persistentvolumeclaims", volume.Object("persistentVolumeClaim").Text("claimName"));
            Add("secrets", volume.Object("secret").Text("secretName"));
            Add("configmaps", volume.Object("configMap").Text("name"));
            foreach (var source in volume.Object("projected").Objects("sources"))
            {
                Add("secrets", source.Object("secret").Text("name"));
                Add("configmaps", source.Object("configMap").Text("name"));
            }
        }

        foreach (var container in PodTemplates.Containers(spec).Concat(spec.Objects("ephemeralContainers")))
        {
            foreach (var variable in container.Objects("env"))
            {
                Add("secrets", variable.Object("valueFrom").Object("secretKeyRef").Text("name"));
                Add("configmaps", variable.Object("valueFrom").Object("configMapKeyRef").Text("name"));
            }

            foreach (var source in container.Objects("envFrom"))
            {
                Add("secrets", source.Object("secretRef").Text("name"));
                Add("configmaps", source.Object("configMapRef").Text("name"));
            }
        }

        return names;

        void Add(string resource, string? name)
        {
            if (!string.IsNullOrEmpty(name))
                names.Add((resource, name));
        }
    }
}
