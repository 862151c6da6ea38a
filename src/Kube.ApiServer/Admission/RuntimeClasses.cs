using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Gives a pod what its runtime class asks for: the overhead of the sandbox, and the nodes that have the runtime. A class that does not exist is refused.
/// See https://kubernetes.io/docs/concepts/containers/runtime-class/.
/// </summary>
internal sealed class RuntimeClasses(IObjectStore store) : IAdmission
{
    private const string Classes = "runtimeclasses.node.k8s.io";

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Kind.StorageResource != "pods" || request.Subresource.Length > 0 || request.Object?.Object("spec") is not { } spec)
            return;
        var name = spec.Text("runtimeClassName");
        if (string.IsNullOrEmpty(name))
        {
            if (spec.Object("overhead") is { Count: > 0 })
                throw Refusal.Forbidden(request.Kind.Resource, request.Name, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
            return;
        }

        var stored = store.Get(new ObjectKey(Classes, "", name)) ?? throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"pod rejected: RuntimeClass \"{name}\" not found");
        var runtime = DocumentReader.Read(stored.Json.Span);
        SetOverhead(request, spec, runtime.Object("overhead").Object("podFixed"));
        if (runtime.Object("scheduling") is { } scheduling)
            Schedule(request, spec, scheduling);
    }

    private static void SetOverhead(AdmissionRequest request, JsonObject spec, JsonObject? overhead)
    {
        if (spec.Object("overhead") is { Count: > 0 } asked && !JsonNode.DeepEquals(asked, overhead))
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        if (overhead is { Count: > 0 })
            spec["overhead"] = overhead.DeepClone();
    }

    private static void Schedule(AdmissionRequest request, JsonObject spec, JsonObject scheduling)
    {
        if (scheduling.Object("nodeSelector") is { Count: > 0 } wanted)
        {
            if (spec["nodeSelector"] is not JsonObject selector)
                spec["nodeSelector"] = selector = [];
            foreach (var (label, value) in wanted)
            {
                if (selector[label] is { } other && !JsonNode.DeepEquals(other, value))
                    throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"conflict: runtimeClass.scheduling.nodeSelector[{label}] = {value}, pod.spec.nodeSelector[{label}] = {other}");
                selector[label] = value?.DeepClone();
            }
        }

        if (scheduling["tolerations"] is not JsonArray { Count: > 0 } tolerations)
            return;
        if (spec["tolerations"] is not JsonArray list)
            spec["tolerations"] = list = [];
        foreach (var toleration in tolerations.Where(t => !list.Any(own => JsonNode.DeepEquals(own, t))))
            list.Add(toleration?.DeepClone());
    }
}
