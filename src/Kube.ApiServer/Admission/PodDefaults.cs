using System.Globalization;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission;

/// <summary>Gives pods what depends on other objects: the default service account, and the number of their priority class.</summary>
internal sealed class PodDefaults(IObjectStore store) : IAdmission
{
    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Kind.StorageResource != "pods" || request.Object?.Object("spec") is not { } spec)
            return;
        if (string.IsNullOrEmpty(spec.Text("serviceAccountName")))
        {
            spec["serviceAccountName"] = "default";
            spec["serviceAccount"] = "default";
        }

        var name = spec.Text("priorityClassName");
        spec["priority"] = name switch
        {
            null or "" => 0L,
            "system-cluster-critical" => 2_000_000_000L,
            "system-node-critical" => 2_000_001_000L,
            _ => Priority(request, name),
        };
        spec.SetDefault("preemptionPolicy", "PreemptLowerPriority");
    }

    private long Priority(AdmissionRequest request, string name)
    {
        var stored = store.Get(new ObjectKey("priorityclasses.scheduling.k8s.io", "", name)) ?? throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"no PriorityClass with name {name} was found");
        return long.Parse(FieldReader.Text(stored.Json, "value") ?? "0", CultureInfo.InvariantCulture);
    }
}
