using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>Applies a namespace's LimitRanges to new pods: default requests and limits for containers, then smallest and largest sizes.</summary>
internal sealed class LimitRanger(IObjectStore store) : IAdmission
{
    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Kind.StorageResource != "pods" || request.Object?.Object("spec") is not { } spec)
            return;
        foreach (var stored in store.List("limitranges", request.Namespace).Items)
        {
            foreach (var limit in DocumentReader.Read(stored.Json.Span).Object("spec").Objects("limits").Where(l => l.Text("type") == "Container"))
            {
                foreach (var container in PodTemplates.Containers(spec))
                    Container(request, container, limit);
            }
        }
    }

    private static void Container(AdmissionRequest request, JsonObject container, JsonObject limit)
    {
        var resources = container.Ensure("resources");
        foreach (var (name, value) in limit.Object("default") ?? [])
            resources.Ensure("limits").SetDefault(name, value?.DeepClone());
        foreach (var (name, value) in limit.Object("defaultRequest") ?? limit.Object("default") ?? [])
            resources.Ensure("requests").SetDefault(name, value?.DeepClone());
        const string where = "per Container is";
        foreach (var (name, value) in limit.Object("min") ?? [])
        {
            var have = resources.Object("requests").Text(name) ?? resources.Object("limits").Text(name);
            if (have is null || Quantity.Parse(have) < Quantity.Parse(value.AsText()!))
                throw Refuse(request, $"minimum {name} usage {where} {value.AsText()}, but request is {have ?? "not set"}");
        }

        foreach (var (name, value) in limit.Object("max") ?? [])
        {
            var have = resources.Object("limits").Text(name);
            if (have is null || Quantity.Parse(have) > Quantity.Parse(value.AsText()!))
                throw Refuse(request, $"maximum {name} usage {where} {value.AsText()}, but limit is {have ?? "not set"}");
        }
    }

    private static ApiStatusException Refuse(AdmissionRequest request, string why) => Refusal.Forbidden(request.Kind.Resource, request.Name, why);
}
