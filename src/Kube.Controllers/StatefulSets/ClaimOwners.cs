using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.StatefulSets;

/// <summary>
/// Says who the claims of a stateful set go with, after its <c>persistentVolumeClaimRetentionPolicy</c>: with the set (<c>whenDeleted</c>), with a
/// pod that is scaled away (<c>whenScaled</c>), or with nobody. The garbage collector does the rest.
/// </summary>
internal sealed class ClaimOwners(ControllerContext context)
{
    private const string Delete = "Delete";
    private readonly ResourceClient<V1PersistentVolumeClaim> _claims = context.Client.Resource<V1PersistentVolumeClaim>();

    /// <summary>Writes the owners of all claims that have others.</summary>
    /// <param name="set">The set.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="condemned">Of these, those about to be scaled away.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task EnsureAsync(V1StatefulSet set, IEnumerable<V1Pod> pods, IReadOnlyCollection<V1Pod> condemned, CancellationToken cancellationToken)
    {
        var policy = set.Spec.PersistentVolumeClaimRetentionPolicy;
        var keepsAll = policy is null || (policy.WhenDeleted != Delete && policy.WhenScaled != Delete);
        if (set.Spec.VolumeClaimTemplates is not { Count: > 0 } templates || (keepsAll && set.Status?.ObservedGeneration == set.Metadata.Generation))
        {
            return;
        }

        foreach (var pod in pods)
        {
            foreach (var template in templates)
            {
                var claim = await _claims.GetAsync(set.Metadata.NamespaceProperty, Identity.ClaimName(template.Metadata.Name, pod.Metadata.Name), cancellationToken);
                if (claim is { Metadata.DeletionTimestamp: null } && Wanted(set, claim, pod, condemned.Contains(pod)) is { } references)
                {
                    await PatchAsync(claim, references, cancellationToken);
                }
            }
        }
    }

    /// <summary>The owners a claim should have; null when it has them.</summary>
    public static JsonArray? Wanted(V1StatefulSet set, V1PersistentVolumeClaim claim, V1Pod pod, bool condemned)
    {
        var policy = set.Spec.PersistentVolumeClaimRetentionPolicy;
        var owners = claim.Metadata.OwnerReferences ?? [];
        var withSet = policy?.WhenDeleted == Delete;
        var withPod = policy?.WhenScaled == Delete && (condemned || (pod.Metadata.DeletionTimestamp is not null && owners.Any(o => o.Uid == pod.Metadata.Uid)));
        if (owners.Any(o => o.Uid == set.Metadata.Uid) == withSet && owners.Any(o => o.Kind == "Pod" && o.Name == pod.Metadata.Name) == withPod)
        {
            return null;
        }

        var references = Owners.References(owners.Where(o => o.Uid != set.Metadata.Uid && !(o.Kind == "Pod" && o.Name == pod.Metadata.Name)));
        if (withSet)
        {
            references.Add((JsonNode)Reference("apps/v1", "StatefulSet", set.Metadata));
        }

        if (withPod)
        {
            references.Add((JsonNode)Reference("v1", "Pod", pod.Metadata));
        }

        return references;
    }

    /// <summary>A reference that neither controls nor blocks.</summary>
    public static JsonObject Reference(string apiVersion, string kind, V1ObjectMeta owner) =>
        new() { ["apiVersion"] = apiVersion, ["kind"] = kind, ["name"] = owner.Name, ["uid"] = owner.Uid };

    private async Task PatchAsync(V1PersistentVolumeClaim claim, JsonArray references, CancellationToken cancellationToken)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = claim.Metadata.ResourceVersion, ["ownerReferences"] = references } };
        try
        {
            await _claims.PatchAsync(claim.Metadata.NamespaceProperty, claim.Metadata.Name, patch, PatchKind.Merge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }
}
