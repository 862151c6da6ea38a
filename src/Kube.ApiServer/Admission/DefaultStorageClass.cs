using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Gives a claim that names no storage class the one marked as default; of several the newest.
/// See https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass.
/// </summary>
internal sealed class DefaultStorageClass(IObjectStore store) : IAdmission
{
    private static readonly string[] Marks = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Kind.StorageResource != "persistentvolumeclaims" || request.Object is not { } claim)
            return;
        // An empty name is an answer too: no class.
        if (claim.Object("spec")?["storageClassName"] is not null || claim.Object("metadata").Object("annotations")?["volume.beta.kubernetes.io/storage-class"] is not null)
            return;
        var name = store.List("storageclasses.storage.k8s.io", null).Items
            .Select(stored => (stored.Key.Name, Metadata: DocumentReader.Read(stored.Json.Span).Object("metadata")))
            .Where(c => Marks.Any(mark => c.Metadata.Object("annotations").Text(mark) == "true"))
            .OrderByDescending(c => c.Metadata.Text("creationTimestamp"), StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal)
            .Select(c => c.Name).FirstOrDefault();
        if (name is not null)
            claim.Ensure("spec")["storageClassName"] = name;
    }
}
