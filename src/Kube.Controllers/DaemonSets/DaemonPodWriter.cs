using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.Revisions;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.DaemonSets;

/// <summary>Makes the pods of a daemon set. The name follows from set, node and template, so a create cannot happen twice.</summary>
internal sealed class DaemonPodWriter(ControllerContext context)
{
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();

    /// <summary>Makes the pod of a node.</summary>
    /// <exception cref="InvalidOperationException">The server refused.</exception>
    public async Task CreateAsync(V1DaemonSet set, string node, V1ControllerRevision revision, CancellationToken cancellationToken)
    {
        if (PodOf(set, node, revision) is not { } pod)
        {
            return;
        }

        var name = (string)pod["metadata"]!["name"]!;
        try
        {
            await _pods.CreateRawAsync(set.Metadata.NamespaceProperty, pod, cancellationToken);
            context.Events.Normal(set, "SuccessfulCreate", $"Created pod: {name}");
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Made before and not shown by the cache yet, or its predecessor is still going; the change of either leads here again.
        }
        catch (ApiException e)
        {
            context.Events.Warning(set, "FailedCreate", $"Error creating: {e.Message}");
            throw new InvalidOperationException($"No pod of daemon set {set.Metadata.Name} for node {node}: {e.Message}", e);
        }
    }

    /// <summary>The raw pod of a node, bound to it by affinity so that the scheduler still sees to its resources; null when the revision keeps no template.</summary>
    public static JsonObject? PodOf(V1DaemonSet set, string node, V1ControllerRevision revision)
    {
        if (TemplateRevision.Template(revision) is not { } template)
        {
            return null;
        }

        var hash = TemplateRevision.Hash(revision);
        var name = Names.Child(set.Metadata.Name, Names.Hash($"{set.Metadata.Uid} {node} {hash}", 5), 63);
        var metadata = PodTemplates.Metadata(template, "apps/v1", "DaemonSet", set.Metadata, name);
        metadata.Ensure("labels")[TemplateRevision.PodLabel] = hash;
        var spec = template["spec"] is JsonObject s ? (JsonObject)s.DeepClone() : [];

        // The terms of the template decided already whether the node gets a pod; alternatives beside its name would lead elsewhere.
        spec.Ensure("affinity").Ensure("nodeAffinity")["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject
        {
            ["nodeSelectorTerms"] = new JsonArray(new JsonObject
            {
                ["matchFields"] = new JsonArray(new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) }),
            }),
        };
        var tolerations = spec["tolerations"] as JsonArray ?? [];
        if (tolerations.Parent is null)
        {
            spec["tolerations"] = tolerations;
        }

        foreach (var toleration in DaemonNodes.DefaultTolerations((bool?)spec["hostNetwork"] == true))
        {
            tolerations.Add(JsonNode.Parse(KubernetesJson.Serialize(toleration)));
        }

        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }
}
