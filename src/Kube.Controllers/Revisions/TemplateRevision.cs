using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.Deployments;

namespace Kube.Controllers.Revisions;

/// <summary>
/// A pod template as a ControllerRevision keeps it: as the strategic merge patch that brings it back, which is what
/// <c>kubectl rollout undo</c> sends: <c>{"spec":{"template":{...,"$patch":"replace"}}}</c>.
/// </summary>
internal static class TemplateRevision
{
    /// <summary>The label of pods that says which revision they are of.</summary>
    public const string PodLabel = "controller-revision-hash";
    private const string Directive = "$patch";
    private static readonly ConditionalWeakTable<V1ControllerRevision, string> Hashes = [];

    /// <summary>The data of a revision.</summary>
    public static JsonObject Data(JsonObject template)
    {
        var copy = (JsonObject)template.DeepClone();
        copy[Directive] = "replace";
        return new JsonObject { ["spec"] = new JsonObject { ["template"] = copy } };
    }

    /// <summary>The template a revision keeps; null when its data are of another shape.</summary>
    public static JsonObject? Template(V1ControllerRevision revision)
    {
        var data = revision.Data is JsonElement element ? JsonNode.Parse(element.GetRawText()) : JsonNode.Parse(KubernetesJson.Serialize(revision.Data));
        if (data?["spec"]?["template"] is not JsonObject template)
        {
            return null;
        }

        template.Remove(Directive);
        return (JsonObject)template.DeepClone();
    }

    /// <summary>The hash of the template a revision keeps: equal for equal templates; empty when it keeps none.</summary>
    public static string Hash(V1ControllerRevision revision) => Hashes.GetValue(revision, static r => Template(r) is { } template ? Hash(template) : "");

    /// <summary>The hash of a raw template.</summary>
    public static string Hash(JsonObject template) => PodTemplateHash.Of(KubernetesJson.Deserialize<V1PodTemplateSpec>(template.ToJsonString()));

    /// <summary>The revision a pod is of, as its label says.</summary>
    public static string? Of(V1Pod pod) => pod.Metadata.Labels is { } labels && labels.TryGetValue(PodLabel, out var revision) ? revision : null;
}
