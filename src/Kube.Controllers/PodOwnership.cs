using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers;

/// <summary>Adopts pods nobody controls and releases those a selector no longer means.</summary>
/// <param name="context">What controllers work with.</param>
/// <param name="owner">The kind of the owners.</param>
/// <param name="finalizer">What an owner's pods carry besides, if anything.</param>
internal sealed class PodOwnership(ControllerContext context, ResourceType owner, string? finalizer = null)
{
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();

    /// <summary>The pods of an owner once it has adopted and released what it should; one being deleted adopts nothing.</summary>
    /// <param name="item">The owner.</param>
    /// <param name="selector">Its selector.</param>
    /// <param name="mayAdopt">What else a pod has to be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<List<V1Pod>> ClaimAsync(IKubernetesObject<V1ObjectMeta> item, V1LabelSelector selector, Func<V1Pod, bool> mayAdopt, CancellationToken cancellationToken)
    {
        var (kept, adopted, _) = await SortAsync(item, selector, mayAdopt, cancellationToken);
        return [.. kept, .. adopted];
    }

    /// <summary>As <see cref="ClaimAsync"/>, and tells what changed hands.</summary>
    /// <returns>The pods it had and keeps, those it adopted, and whether it released any.</returns>
    public async Task<(List<V1Pod> Kept, List<V1Pod> Adopted, bool Released)> SortAsync(
        IKubernetesObject<V1ObjectMeta> item, V1LabelSelector selector, Func<V1Pod, bool> mayAdopt, CancellationToken cancellationToken)
    {
        var (kept, adopted, released) = (new List<V1Pod>(), new List<V1Pod>(), false);
        foreach (var pod in ClusterInformers.OwnedBy(context.Informers.Pods, item.Metadata.Uid))
        {
            if (selector.Matches(pod.Metadata))
            {
                kept.Add(pod);
            }
            else
            {
                await ReleaseAsync(pod, item.Metadata, cancellationToken);
                released = true;
            }
        }

        if (item.Metadata.DeletionTimestamp is not null)
        {
            return (kept, adopted, released);
        }

        foreach (var pod in ClusterInformers.OrphansIn(context.Informers.Pods, item.Metadata.NamespaceProperty))
        {
            if (pod.IsActive() && mayAdopt(pod) && selector.Matches(pod.Metadata))
            {
                await AdoptAsync(pod, item.Metadata, cancellationToken);
                adopted.Add(pod);
            }
        }

        return (kept, adopted, released);
    }

    public Task AdoptAsync(V1Pod pod, V1ObjectMeta by, CancellationToken cancellationToken)
    {
        var references = Owners.References(pod.Metadata.OwnerReferences ?? []);
        references.Add((JsonNode)Owners.Reference(owner.ApiVersion, owner.Kind, by));
        return SetAsync(pod, references, finalizer is null ? null : (pod.Metadata.Finalizers ?? []).Append(finalizer).Distinct(), cancellationToken);
    }

    public Task ReleaseAsync(V1Pod pod, V1ObjectMeta by, CancellationToken cancellationToken) => SetAsync(
        pod,
        Owners.References((pod.Metadata.OwnerReferences ?? []).Where(o => o.Uid != by.Uid)),
        finalizer is null ? null : (pod.Metadata.Finalizers ?? []).Where(f => f != finalizer),
        cancellationToken);

    private async Task SetAsync(V1Pod pod, JsonArray references, IEnumerable<string>? finalizers, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject { ["resourceVersion"] = pod.Metadata.ResourceVersion, ["ownerReferences"] = references };
        if (finalizers is not null)
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]);
        }

        try
        {
            await _pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, new JsonObject { ["metadata"] = metadata }, PatchKind.Merge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone: neither to adopt nor to release.
        }
    }
}
