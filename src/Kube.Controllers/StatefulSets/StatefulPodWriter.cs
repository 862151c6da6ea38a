using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.Revisions;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.StatefulSets;

/// <summary>Makes the pods of a stateful set, each with its name, host name, labels and claims.</summary>
internal sealed class StatefulPodWriter(ControllerContext context)
{
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();
    private readonly ResourceClient<V1PersistentVolumeClaim> _claims = context.Client.Resource<V1PersistentVolumeClaim>();

    /// <summary>Makes the claims of an ordinal that are missing, then its pod.</summary>
    /// <param name="set">The set.</param>
    /// <param name="raw">The set as the server has it.</param>
    /// <param name="ordinal">The ordinal.</param>
    /// <param name="revision">Whose template the pod gets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">A claim is still being deleted, or somebody else's pod has the name.</exception>
    public async Task CreateAsync(V1StatefulSet set, JsonObject raw, int ordinal, V1ControllerRevision revision, CancellationToken cancellationToken)
    {
        var name = Identity.PodName(set.Metadata.Name, ordinal);
        if (PodOf(set, raw, ordinal, revision) is not { } pod)
        {
            return;
        }

        foreach (var claim in Claims(set, raw, name))
        {
            await CreateClaimAsync(set, claim, name, cancellationToken);
        }

        try
        {
            await _pods.CreateRawAsync(set.Metadata.NamespaceProperty, pod, cancellationToken);
            context.Events.Normal(set, "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Metadata.Name} successful");
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            var there = await _pods.GetAsync(set.Metadata.NamespaceProperty, name, cancellationToken);
            if (there is not null && Owners.ControllerOf(there)?.Uid != set.Metadata.Uid)
            {
                throw Failed(set, $"create Pod {name} in StatefulSet {set.Metadata.Name} failed: another pod has the name", e);
            }
        }
        catch (ApiException e)
        {
            throw Failed(set, $"create Pod {name} in StatefulSet {set.Metadata.Name} failed error: {e.Message}", e);
        }
    }

    /// <summary>The raw pod of an ordinal; null when the revision keeps no template.</summary>
    public static JsonObject? PodOf(V1StatefulSet set, JsonObject raw, int ordinal, V1ControllerRevision revision)
    {
        if (TemplateRevision.Template(revision) is not { } template)
        {
            return null;
        }

        var name = Identity.PodName(set.Metadata.Name, ordinal);
        var metadata = PodTemplates.Metadata(template, "apps/v1", "StatefulSet", set.Metadata, name);
        var labels = metadata.Ensure("labels");
        labels[Identity.PodNameLabel] = name;
        labels[Identity.PodIndexLabel] = ordinal.ToString(CultureInfo.InvariantCulture);
        labels[TemplateRevision.PodLabel] = revision.Metadata.Name;
        var spec = template["spec"] is JsonObject s ? (JsonObject)s.DeepClone() : [];
        spec["hostname"] = name;
        if (!string.IsNullOrEmpty(set.Spec.ServiceName))
        {
            spec["subdomain"] = set.Spec.ServiceName;
        }

        // A claim's template wins over a volume of the same name.
        var claims = (raw["spec"]?["volumeClaimTemplates"] as JsonArray ?? []).Select(c => (string)c!["metadata"]!["name"]!).ToArray();
        if (claims.Length > 0)
        {
            var volumes = (spec["volumes"] as JsonArray ?? []).Where(v => !claims.Contains((string?)v!["name"])).Select(v => v!.DeepClone());
            spec["volumes"] = new JsonArray(
                [.. claims.Select(c => new JsonObject { ["name"] = c, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = Identity.ClaimName(c, name) } }), .. volumes]);
        }

        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    /// <summary>The raw claims of a pod.</summary>
    public static IEnumerable<JsonObject> Claims(V1StatefulSet set, JsonObject raw, string pod)
    {
        foreach (var template in (raw["spec"]?["volumeClaimTemplates"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var old = template["metadata"]!.AsObject();
            var labels = old["labels"] is JsonObject known ? (JsonObject)known.DeepClone() : [];
            foreach (var (key, value) in set.Spec.Selector.MatchLabels ?? new Dictionary<string, string>())
            {
                labels[key] = value;
            }

            var metadata = new JsonObject
            {
                ["name"] = Identity.ClaimName((string)old["name"]!, pod),
                ["namespace"] = set.Metadata.NamespaceProperty,
                ["labels"] = labels,
            };
            if (old["annotations"] is JsonObject annotations)
            {
                metadata["annotations"] = annotations.DeepClone();
            }

            yield return new JsonObject { ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() };
        }
    }

    private async Task CreateClaimAsync(V1StatefulSet set, JsonObject claim, string pod, CancellationToken cancellationToken)
    {
        var name = (string)claim["metadata"]!["name"]!;
        try
        {
            if (set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted == "Delete")
            {
                claim["metadata"]!["ownerReferences"] = new JsonArray(ClaimOwners.Reference("apps/v1", "StatefulSet", set.Metadata));
            }

            await _claims.CreateRawAsync(set.Metadata.NamespaceProperty, claim, cancellationToken);
            context.Events.Normal(set, "SuccessfulCreate", $"create Claim {name} Pod {pod} in StatefulSet {set.Metadata.Name} success");
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            if ((await _claims.GetAsync(set.Metadata.NamespaceProperty, name, cancellationToken))?.Metadata.DeletionTimestamp is not null)
            {
                throw new InvalidOperationException($"Claim {name} is still being deleted.", e);
            }
        }
        catch (ApiException e)
        {
            throw Failed(set, $"create Claim {name} for Pod {pod} in StatefulSet {set.Metadata.Name} failed error: {e.Message}", e);
        }
    }

    private InvalidOperationException Failed(V1StatefulSet set, string message, Exception cause)
    {
        context.Events.Warning(set, "FailedCreate", message);
        return new InvalidOperationException(message, cause);
    }
}
