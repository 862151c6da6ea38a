using System.Text.Json.Nodes;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Gives a claim that names no storage class, and an Ingress that names no ingress class, the one marked as default; of several the newest.
/// See https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass and
/// https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class.
/// </summary>
internal sealed class DefaultClasses(IObjectStore store) : IAdmission
{
    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Subresource.Length > 0 || request.Object is not { } item)
            return;
        // An empty name of a storage class is an answer too: no class. Either annotation is the older way to name one.
        if (request.Kind.StorageResource == "persistentvolumeclaims")
            Give(item, "storageClassName", "volume.beta.kubernetes.io/storage-class", "storageclasses.storage.k8s.io", "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class");
        else if (request.Kind.StorageResource == "ingresses.networking.k8s.io")
            Give(item, "ingressClassName", "kubernetes.io/ingress.class", "ingressclasses.networking.k8s.io", "ingressclass.kubernetes.io/is-default-class");
    }

    private void Give(JsonObject item, string field, string annotation, string classes, params ReadOnlySpan<string> marks)
    {
        if (item.Object("spec")?[field] is not null || item.Object("metadata").Object("annotations")?[annotation] is not null)
            return;
        (string Name, string Created)? newest = null;
        foreach (var stored in store.List(classes, null).Items)
        {
            var metadata = DocumentReader.Read(stored.Json.Span).Object("metadata");
            foreach (var mark in marks)
            {
                if (metadata.Object("annotations").Text(mark) != "true")
                    continue;
                var created = metadata.Text("creationTimestamp") ?? "";
                // In the order of names, so that the first of the same second stays.
                if (newest is null || string.CompareOrdinal(created, newest.Value.Created) > 0)
                    newest = (stored.Key.Name, created);
            }
        }

        if (newest is { } found)
            item.Ensure("spec")[field] = found.Name;
    }
}
