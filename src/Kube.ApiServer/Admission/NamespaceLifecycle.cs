using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission;

/// <summary>Nothing is created in a namespace that is missing or going; the namespaces the cluster lives in cannot be deleted.</summary>
internal sealed class NamespaceLifecycle(IObjectStore store) : IAdmission
{
    private static readonly string[] Permanent = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation == AdmissionOperation.Delete && request.Kind.StorageResource == "namespaces" && Permanent.Contains(request.Name))
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, "this namespace may not be deleted");
        if (request.Operation != AdmissionOperation.Create || !request.Kind.Namespaced)
            return;
        var found = store.Get(new ObjectKey("namespaces", "", request.Namespace))
            ?? throw Refusal.NotFound(new GroupResource("", "namespaces"), request.Namespace);
        if (!IsTerminating(found))
            return;
        var cause = new StatusCause("NamespaceTerminating", $"namespace {request.Namespace} is being terminated", "metadata.namespace");
        var refusal = Refusal.Forbidden(request.Kind.Resource, request.Name, $"unable to create new content in namespace {request.Namespace} because it is being terminated");
        throw new ApiStatusException(refusal.Status with { Causes = [cause] });
    }

    private static bool IsTerminating(StoredObject ns) =>
        FieldReader.Text(ns.Json, "metadata.deletionTimestamp") is not null || FieldReader.Text(ns.Json, "status.phase") == "Terminating";
}
