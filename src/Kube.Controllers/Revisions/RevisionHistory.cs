using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.Revisions;

/// <summary>The former templates of stateful sets and daemon sets as ControllerRevisions, one a template, the newest with the highest number.</summary>
internal sealed class RevisionHistory(ControllerContext context)
{
    private readonly ResourceClient<V1ControllerRevision> _revisions = context.Client.Resource<V1ControllerRevision>();

    /// <summary>The owner's revisions, oldest first, the one of its template of now last; it is made, or put last, when it is not.</summary>
    /// <param name="owner">Whose they are.</param>
    /// <param name="labels">Labels a new revision gets beside those of the template, given the template's hash.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Empty when the owner is gone meanwhile.</returns>
    public async Task<IReadOnlyList<V1ControllerRevision>> SyncAsync(RevisionOwner owner, Func<string, (string Key, string Value)> labels, CancellationToken cancellationToken)
    {
        var revisions = await ClaimAsync(owner, cancellationToken);
        var hash = Deployments.PodTemplateHash.Of(owner.Template);
        var equal = revisions.LastOrDefault(r => TemplateRevision.Hash(r) == hash);
        var next = revisions.Count == 0 ? 1 : (revisions[^1].Revision ?? 0) + 1;
        if (equal is null)
        {
            return await CreateAsync(owner, labels, next, cancellationToken) is { } created ? [.. revisions.Where(r => r.Metadata.Uid != created.Metadata.Uid), created] : [];
        }

        if (equal != revisions[^1])
        {
            revisions.Remove(equal);
            revisions.Add(await _revisions.PatchAsync(
                owner.Metadata.NamespaceProperty, equal.Metadata.Name, new JsonObject { ["revision"] = next }, PatchKind.Merge, cancellationToken));
        }

        return revisions;
    }

    /// <summary>Deletes the oldest revisions nobody is of beyond the limit.</summary>
    /// <param name="revisions">All, oldest first.</param>
    /// <param name="live">Names or hashes in use.</param>
    /// <param name="limit">How many of the others are kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PruneAsync(IReadOnlyList<V1ControllerRevision> revisions, Func<V1ControllerRevision, bool> live, int limit, CancellationToken cancellationToken)
    {
        foreach (var revision in Superfluous(revisions, live, limit))
        {
            var options = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = revision.Metadata.Uid } };
            await _revisions.DeleteAsync(revision.Metadata.NamespaceProperty, revision.Metadata.Name, options, cancellationToken);
        }
    }

    /// <summary>The oldest of those that are not live, beyond the limit.</summary>
    public static IReadOnlyList<V1ControllerRevision> Superfluous(IReadOnlyList<V1ControllerRevision> revisions, Func<V1ControllerRevision, bool> live, int limit)
    {
        var idle = revisions.Where(r => !live(r)).ToArray();
        return idle[..Math.Max(idle.Length - limit, 0)];
    }

    private async Task<List<V1ControllerRevision>> ClaimAsync(RevisionOwner owner, CancellationToken cancellationToken)
    {
        var revisions = ClusterInformers.OwnedBy(context.Informers.ControllerRevisions, owner.Metadata.Uid).ToList();
        foreach (var orphan in ClusterInformers.OrphansIn(context.Informers.ControllerRevisions, owner.Metadata.NamespaceProperty).Where(r => owner.Selector.Matches(r.Metadata)))
        {
            var references = Owners.References(orphan.Metadata.OwnerReferences ?? []);
            references.Add((JsonNode)Owners.Reference(owner.ApiVersion, owner.Kind, owner.Metadata));
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = orphan.Metadata.ResourceVersion, ["ownerReferences"] = references } };
            try
            {
                revisions.Add(await _revisions.PatchAsync(orphan.Metadata.NamespaceProperty, orphan.Metadata.Name, patch, PatchKind.Merge, cancellationToken));
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone: nothing to adopt.
            }
        }

        return [.. revisions.Where(r => r.Metadata.DeletionTimestamp is null).OrderBy(r => r.Revision).ThenBy(r => r.Metadata.CreationTimestamp).ThenBy(r => r.Metadata.Name, StringComparer.Ordinal)];
    }

    private async Task<V1ControllerRevision?> CreateAsync(RevisionOwner owner, Func<string, (string Key, string Value)> labelOf, long number, CancellationToken cancellationToken)
    {
        var raw = await owner.ReadAsync(cancellationToken);
        if (raw?["spec"]?["template"] is not JsonObject template || (string?)raw["metadata"]?["uid"] != owner.Metadata.Uid)
        {
            return null;
        }

        var hash = TemplateRevision.Hash(template);
        var name = Names.Child(owner.Metadata.Name, hash);
        var labels = template["metadata"]?["labels"] is JsonObject known ? (JsonObject)known.DeepClone() : [];
        var (key, value) = labelOf(hash);
        labels[key] = value;
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = owner.Metadata.NamespaceProperty,
            ["labels"] = labels,
            ["ownerReferences"] = new JsonArray(Owners.Reference(owner.ApiVersion, owner.Kind, owner.Metadata)),
        };
        if (raw["metadata"]?["annotations"] is JsonObject annotations)
        {
            metadata["annotations"] = annotations.DeepClone();
        }

        try
        {
            return await _revisions.CreateRawAsync(owner.Metadata.NamespaceProperty, new JsonObject { ["metadata"] = metadata, ["data"] = TemplateRevision.Data(template), ["revision"] = number }, cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Made before, and the cache does not show it yet; or left by a namesake, and then the garbage collector is at it.
            var there = await _revisions.GetAsync(owner.Metadata.NamespaceProperty, name, cancellationToken);
            return there is not null && Owners.ControllerOf(there)?.Uid == owner.Metadata.Uid ? there : throw new InvalidOperationException($"The name of revision {name} is taken.", e);
        }
    }
}
