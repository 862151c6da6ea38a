using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.Deployments;

/// <summary>
/// The writes a deployment does to its replica sets. Each carries the version it was decided on: a decision from a late cache is refused by
/// the server instead of carried out.
/// </summary>
internal sealed class ReplicaSetWriter(ControllerContext context)
{
    /// <summary>So long a written set may stay unseen.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly ResourceClient<V1ReplicaSet> _sets = context.Client.Resource<V1ReplicaSet>();
    private readonly ResourceClient<V1Deployment> _deployments = context.Client.Resource<V1Deployment>();
    private readonly ConcurrentDictionary<string, Unseen> _unseen = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether the cache lacks a set this writer has written: the sizes of a deployment's sets bound each other, so none is decided while one of them
    /// is hearsay. What is not shown in time is no longer waited for.
    /// </summary>
    public bool IsBehind(V1Deployment deployment)
    {
        if (!_unseen.TryGetValue(deployment.Metadata.Uid, out var unseen))
        {
            return false;
        }

        if (unseen.Until > context.Time.GetUtcNow()
            && !(context.Informers.ReplicaSets.Get(deployment.Metadata.NamespaceProperty, unseen.Set) is { } shown && Revision(shown) >= unseen.Revision))
        {
            return true;
        }

        _unseen.TryRemove(deployment.Metadata.Uid, out _);
        return false;
    }

    /// <returns>False when the deployment changed since it was cached; its event brings the key back.</returns>
    public async Task<bool> CreateAsync(V1Deployment deployment, string hash, int size, int revision, RollingBounds bounds, CancellationToken cancellationToken)
    {
        // The raw template: a model would drop fields it does not know.
        var ns = deployment.Metadata.NamespaceProperty;
        var raw = await _deployments.GetRawAsync(ns, deployment.Metadata.Name, cancellationToken);
        if (raw is null || (string?)raw["metadata"]?["uid"] != deployment.Metadata.Uid || (long?)raw["metadata"]?["generation"] != deployment.Metadata.Generation)
        {
            return false;
        }

        var template = (JsonObject)raw["spec"]!["template"]!.DeepClone();
        var labels = Child(Child(template, "metadata"), "labels");
        labels[PodTemplateHash.Label] = hash;
        var selector = (JsonObject)raw["spec"]!["selector"]!.DeepClone();
        Child(selector, "matchLabels")[PodTemplateHash.Label] = hash;
        var annotations = Notes(bounds);
        foreach (var (key, value) in DeploymentNotes.Copied(deployment))
        {
            annotations[key] = value;
        }

        annotations[DeploymentNotes.Revision] = DeploymentNotes.Text(revision);
        var name = Names.Child(deployment.Metadata.Name, hash);
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["labels"] = labels.DeepClone(),
                ["annotations"] = annotations,
                ["ownerReferences"] = new JsonArray(Owners.Reference("apps/v1", "Deployment", deployment.Metadata)),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = size,
                ["minReadySeconds"] = deployment.Spec.MinReadySeconds ?? 0,
                ["selector"] = selector,
                ["template"] = template,
            },
        };
        try
        {
            Expect(deployment, await _sets.CreateRawAsync(ns, body, cancellationToken));
            context.Events.Normal(deployment, "ScalingReplicaSet", $"Scaled up replica set {name} from 0 to {DeploymentNotes.Text(size)}");
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Created before, and the cache does not show it yet.
            if (await _sets.GetAsync(ns, name, cancellationToken) is { } there)
            {
                Expect(deployment, there);
            }
        }

        return true;
    }

    /// <summary>Gives a set its size, and notes the deployment's size on it.</summary>
    public async Task ResizeAsync(V1Deployment deployment, V1ReplicaSet set, int size, RollingBounds bounds, CancellationToken cancellationToken)
    {
        var before = set.Spec.Replicas ?? 1;
        var noted = DeploymentNotes.Number(set, DeploymentNotes.DesiredReplicas) == bounds.Desired
            && DeploymentNotes.Number(set, DeploymentNotes.MaxReplicas) == bounds.MaxTotal;
        if (before == size && (noted || size == 0))
        {
            return;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = set.Metadata.ResourceVersion, ["annotations"] = Notes(bounds) },
            ["spec"] = new JsonObject { ["replicas"] = size },
        };
        if (await TryPatchAsync(deployment, set, patch, cancellationToken) && before != size)
        {
            context.Events.Normal(
                deployment,
                "ScalingReplicaSet",
                $"Scaled {(size > before ? "up" : "down")} replica set {set.Metadata.Name} from {DeploymentNotes.Text(before)} to {DeploymentNotes.Text(size)}");
        }
    }

    public async Task NoteRevisionAsync(V1Deployment deployment, V1ReplicaSet set, int revision, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject { [DeploymentNotes.Revision] = DeploymentNotes.Text(revision) };
        if (DeploymentNotes.Read(set, DeploymentNotes.Revision) is { Length: > 0 } last)
        {
            var history = DeploymentNotes.Read(set, DeploymentNotes.RevisionHistory);
            annotations[DeploymentNotes.RevisionHistory] = string.IsNullOrEmpty(history) ? last : $"{history},{last}";
        }

        foreach (var (key, value) in DeploymentNotes.Copied(deployment))
        {
            annotations[key] = value;
        }

        await TryPatchAsync(deployment, set, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }, cancellationToken);
    }

    public async Task<bool> AdoptAsync(V1Deployment deployment, V1ReplicaSet set, CancellationToken cancellationToken)
    {
        var references = Owners.References(set.Metadata.OwnerReferences ?? []);
        references.Add((JsonNode)Owners.Reference("apps/v1", "Deployment", deployment.Metadata));
        return await TryPatchAsync(deployment, set, OwnersPatch(set, references), cancellationToken);
    }

    public Task<bool> ReleaseAsync(V1Deployment deployment, V1ReplicaSet set, CancellationToken cancellationToken) =>
        TryPatchAsync(deployment, set, OwnersPatch(set, Owners.References(set.Metadata.OwnerReferences.Where(o => o.Uid != deployment.Metadata.Uid))), cancellationToken);

    /// <summary>Deletes the oldest empty sets beyond the limit.</summary>
    /// <param name="old">Sets of former templates, oldest first.</param>
    /// <param name="limit">How many to keep.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PruneAsync(IReadOnlyList<V1ReplicaSet> old, int limit, CancellationToken cancellationToken)
    {
        foreach (var set in old.Where(s => s.Metadata.DeletionTimestamp is null).Take(Math.Max(old.Count - limit, 0)))
        {
            if (set.Spec.Replicas == 0 && (set.Status?.Replicas ?? 0) == 0 && set.Status?.ObservedGeneration == set.Metadata.Generation)
            {
                var options = new V1DeleteOptions { PropagationPolicy = "Background", Preconditions = new V1Preconditions { Uid = set.Metadata.Uid } };
                await _sets.DeleteAsync(set.Metadata.NamespaceProperty, set.Metadata.Name, options, cancellationToken);
            }
        }
    }

    private async Task<bool> TryPatchAsync(V1Deployment deployment, V1ReplicaSet set, JsonObject patch, CancellationToken cancellationToken)
    {
        try
        {
            Expect(deployment, await _sets.PatchAsync(set.Metadata.NamespaceProperty, set.Metadata.Name, patch, PatchKind.Merge, cancellationToken));
            return true;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    // Revisions grow over all objects and the cache shows them in order: the newest stands for those before.
    private void Expect(V1Deployment deployment, V1ReplicaSet written)
    {
        var unseen = new Unseen(written.Metadata.Name, Revision(written), context.Time.GetUtcNow() + Longest);
        _unseen.AddOrUpdate(deployment.Metadata.Uid, unseen, (_, before) => before.Revision > unseen.Revision ? before : unseen);
    }

    private static long Revision(V1ReplicaSet set) => long.Parse(set.Metadata.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject OwnersPatch(V1ReplicaSet set, JsonArray references) => new()
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = set.Metadata.ResourceVersion, ["ownerReferences"] = references },
    };

    private static JsonObject Notes(RollingBounds bounds) => new()
    {
        [DeploymentNotes.DesiredReplicas] = DeploymentNotes.Text(bounds.Desired),
        [DeploymentNotes.MaxReplicas] = DeploymentNotes.Text(bounds.MaxTotal),
    };

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }

    private sealed record Unseen(string Set, long Revision, DateTimeOffset Until);
}
