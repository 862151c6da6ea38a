using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.GarbageCollection;
using Kube.Machinery.Client;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>Reads and sets the replicas of any kind that has a <c>scale</c> subresource.</summary>
internal sealed class ScaleTarget(ControllerContext context)
{
    private const string Scale = "scale";
    private readonly KnownKinds _kinds = new(context);

    /// <summary>The target's scale, and how to reach it.</summary>
    /// <exception cref="MetricException">There is no such kind, no such object, or it cannot be scaled.</exception>
    public async Task<(ResourceClient<V1Scale> Client, V1Scale Scale)> ReadAsync(string ns, V2CrossVersionObjectReference reference, CancellationToken cancellationToken)
    {
        var slash = reference.ApiVersion?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var group = slash < 0 ? "" : reference.ApiVersion![..slash];
        var type = (await _kinds.ReadAsync(cancellationToken)).FirstOrDefault(k => k.Group == group && k.Kind == reference.Kind && k.Namespaced)
            ?? throw Unable($"no matches for kind \"{reference.Kind}\" in group \"{group}\"");
        var client = context.Client.Resource<V1Scale>(type);
        var scale = await client.GetSubresourceAsync(ns, reference.Name, Scale, cancellationToken)
            ?? throw Unable($"{type.Plural} \"{reference.Name}\" not found, or it has no replicas to scale");
        return (client, scale);
    }

    /// <summary>Sets the replicas, provided that nobody else has changed the object since its scale was read.</summary>
    public static Task WriteAsync(ResourceClient<V1Scale> client, V1Scale scale, int replicas, CancellationToken cancellationToken) => client.PatchAsync(
        scale.Metadata.NamespaceProperty,
        scale.Metadata.Name,
        new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = scale.Metadata.ResourceVersion }, ["spec"] = new JsonObject { ["replicas"] = replicas } },
        PatchKind.Merge,
        cancellationToken,
        Scale);

    private static MetricException Unable(string cause) => new("FailedGetScale", $"the HPA controller was unable to get the target's current scale: {cause}");
}
