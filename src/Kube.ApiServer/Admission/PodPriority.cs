using System.Globalization;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Gives a pod the number and the preemption policy of its priority class, or of the class marked <c>globalDefault</c>.
/// See https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/.
/// </summary>
internal sealed class PodPriority(IObjectStore store) : IAdmission
{
    private const string Classes = "priorityclasses.scheduling.k8s.io";

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Kind.StorageResource != "pods" || request.Subresource.Length > 0 || request.Object?.Object("spec") is not { } spec)
            return;
        var name = spec.Text("priorityClassName");
        var (value, policy) = name switch
        {
            "system-cluster-critical" => (2_000_000_000L, null),
            "system-node-critical" => (2_000_001_000L, null),
            null or "" => Default(),
            _ => Named(name) ?? throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"no PriorityClass with name {name} was found"),
        };
        if (spec.Integer("priority") is { } asked && asked != value)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"the integer value of priority ({asked}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name");
        policy ??= "PreemptLowerPriority";
        if (spec.Text("preemptionPolicy") is { } wanted && wanted != policy)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"the string value of PreemptionPolicy ({wanted}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name");
        spec["priority"] = value;
        spec["preemptionPolicy"] = policy;
    }

    private (long Value, string? Policy)? Named(string name) => store.Get(new ObjectKey(Classes, "", name)) is { } stored ? Read(stored) : null;

    private (long Value, string? Policy) Default() =>
        store.List(Classes, null).Items.Where(c => FieldReader.Text(c.Json, "globalDefault") == "true").Select(Read).OrderBy(c => c.Value).FirstOrDefault((0, null));

    private static (long Value, string? Policy) Read(StoredObject stored) =>
        (long.Parse(FieldReader.Text(stored.Json, "value") ?? "0", CultureInfo.InvariantCulture), FieldReader.Text(stored.Json, "preemptionPolicy"));
}
