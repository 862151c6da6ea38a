using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Authorization;

/// <summary>Which Secrets, ConfigMaps, service accounts and claims the pods of a node name.</summary>
internal sealed class PodReferences(IObjectStore store)
{
    public bool Uses(string node, string resource, string ns, string name)
    {
        foreach (var stored in store.List("pods", ns).Items)
        {
            if (FieldReader.Text(stored.Json, "spec.nodeName") == node && Names(DocumentReader.Read(stored.Json.Span).Object("spec"), resource).Contains(name))
                return true;
        }

        return false;
    }

    private static IEnumerable<string?> Names(JsonObject? spec, string resource)
    {
        if (resource == "serviceaccounts")
            return [spec.Text("serviceAccountName")];
        if (resource == "persistentvolumeclaims")
            return spec.Objects("volumes").Select(v => v.Object("persistentVolumeClaim").Text("claimName"));
        var (source, reference, field) = resource == "secrets" ? ("secret", "secretKeyRef", "secretName") : ("configMap", "configMapKeyRef", "name");
        var envFrom = resource == "secrets" ? "secretRef" : "configMapRef";
        var containers = PodTemplates.Containers(spec).Concat(spec.Objects("ephemeralContainers")).ToArray();
        return spec.Objects("volumes").Select(v => v.Object(source).Text(field))
            .Concat(spec.Objects("volumes").SelectMany(v => v.Object("projected").Objects("sources")).Select(s => s.Object(source).Text("name")))
            .Concat(containers.SelectMany(c => c.Objects("env")).Select(e => e.Object("valueFrom").Object(reference).Text("name")))
            .Concat(containers.SelectMany(c => c.Objects("envFrom")).Select(e => e.Object(envFrom).Text("name")))
            .Concat(resource == "secrets" ? spec.Objects("imagePullSecrets").Select(s => s.Text("name")) : []);
    }
}
