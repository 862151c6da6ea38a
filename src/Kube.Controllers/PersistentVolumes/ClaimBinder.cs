using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Volumes;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>
/// Binds one claim. First the volume refers to the claim, then the claim to the volume; each step stands in the objects themselves, so that a binding that was
/// interrupted goes on where it stopped.
/// </summary>
internal sealed class ClaimBinder(ControllerContext context)
{
    private readonly ResourceClient<V1PersistentVolumeClaim> _claims = context.Client.Resource<V1PersistentVolumeClaim>();
    private readonly VolumeWriter _volumes = new(context);

    public async Task BindAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        if (claim.Has(VolumeNotes.BindCompleted))
        {
            await KeepAsync(claim, cancellationToken);
        }
        else if (claim.Metadata.DeletionTimestamp is null)
        {
            await FindAsync(claim, cancellationToken);
        }
    }

    private async Task FindAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            await TakeNamedAsync(claim, cancellationToken);
            return;
        }

        var name = VolumeMatch.ClassOf(claim);
        var storageClass = name.Length == 0 ? null : context.Informers.StorageClasses.Get("", name);
        var waits = storageClass?.VolumeBindingMode == "WaitForFirstConsumer";
        var node = waits ? FirstNode(claim) : null;
        var reached = context.Informers.PersistentVolumes.List().Where(v => node is null || v.Spec.ClaimRef is not null || node.Reaches(v));
        if (VolumeMatch.Find(claim, reached, reservedOnly: waits && node is null) is { } volume)
        {
            await CompleteAsync(claim, volume, cancellationToken);
            return;
        }

        if (waits && node is null)
        {
            context.Events.Normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        }
        else if (name.Length == 0)
        {
            context.Events.Normal(claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
        }
        else if (storageClass is null)
        {
            context.Events.Warning(claim, "ProvisioningFailed", $"storageclass.storage.k8s.io \"{name}\" not found");
        }
        else if (storageClass.Provisioner == "kubernetes.io/no-provisioner")
        {
            context.Events.Normal(claim, "FailedBinding", "no persistent volumes available for this claim, and its storage class makes none");
        }
        else
        {
            await AskProvisionerAsync(claim, storageClass, node, cancellationToken);
        }

        await SetPhaseAsync(claim, "Pending", cancellationToken);
    }

    // The node the scheduler has chosen for the first pod, or the one that pod was put on without it.
    private V1Node? FirstNode(V1PersistentVolumeClaim claim)
    {
        if (claim.Metadata.Annotations?.TryGetValue(VolumeNotes.SelectedNode, out var selected) == true)
        {
            return context.Informers.Nodes.Get("", selected);
        }

        var pod = ClusterInformers.InNamespace(context.Informers.Pods, claim.Metadata.NamespaceProperty)
            .Where(p => p.IsActive() && !string.IsNullOrEmpty(p.Spec.NodeName) && ClaimProtectionController.ClaimsOf(p).Contains(claim.Metadata.Name))
            .MinBy(p => p.Metadata.CreationTimestamp);
        return pod is null ? null : context.Informers.Nodes.Get("", pod.Spec.NodeName);
    }

    // A person named the volume.
    private async Task TakeNamedAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        if (context.Informers.PersistentVolumes.Get("", claim.Spec.VolumeName) is not { } volume)
        {
            await SetPhaseAsync(claim, "Pending", cancellationToken);
            return;
        }

        var obstacle = volume.Spec.ClaimRef is { } reference
            ? VolumeMatch.IsFor(reference, claim) ? null : $"volume \"{volume.Metadata.Name}\" already bound to a different claim."
            : VolumeMatch.Misfit(volume, claim) is { } misfit ? $"Cannot bind to requested volume \"{volume.Metadata.Name}\": {misfit}" : null;
        if (obstacle is null)
        {
            await CompleteAsync(claim, volume, cancellationToken);
            return;
        }

        context.Events.Warning(claim, volume.Spec.ClaimRef is null ? "VolumeMismatch" : "FailedBinding", obstacle);
        await SetPhaseAsync(claim, "Pending", cancellationToken);
    }

    private async Task CompleteAsync(V1PersistentVolumeClaim claim, V1PersistentVolume volume, CancellationToken cancellationToken)
    {
        if (volume.Spec.ClaimRef?.Uid != claim.Metadata.Uid)
        {
            await _volumes.BindAsync(volume, claim, cancellationToken);
        }

        var annotations = new JsonObject { [VolumeNotes.BindCompleted] = "yes" };
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = claim.Metadata.ResourceVersion, ["annotations"] = annotations } };
        if (string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            annotations[VolumeNotes.BoundByController] = "yes";
            patch["spec"] = new JsonObject { ["volumeName"] = volume.Metadata.Name };
        }

        var (ns, name) = (claim.Metadata.NamespaceProperty, claim.Metadata.Name);
        await _claims.PatchAsync(ns, name, patch, PatchKind.Merge, cancellationToken);
        await SetBoundAsync(claim, volume, cancellationToken);
    }

    // A claim that was bound stays bound, or has lost its volume for good.
    private async Task KeepAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        var volume = string.IsNullOrEmpty(claim.Spec.VolumeName) ? null : context.Informers.PersistentVolumes.Get("", claim.Spec.VolumeName);
        if (volume is null && !string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            volume = await context.Client.Resource<V1PersistentVolume>().GetAsync(null, claim.Spec.VolumeName, cancellationToken);
        }

        if (volume is null)
        {
            await LoseAsync(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!", cancellationToken);
        }
        else if (volume.Spec.ClaimRef is null)
        {
            await _volumes.BindAsync(volume, claim, cancellationToken);
        }
        else if (volume.Spec.ClaimRef.Uid == claim.Metadata.Uid)
        {
            await SetBoundAsync(claim, volume, cancellationToken);
        }
        else
        {
            await LoseAsync(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly", cancellationToken);
        }
    }

    private async Task AskProvisionerAsync(V1PersistentVolumeClaim claim, V1StorageClass storageClass, V1Node? node, CancellationToken cancellationToken)
    {
        context.Events.Normal(
            claim,
            "ExternalProvisioning",
            $"Waiting for a volume to be created either by the external provisioner '{storageClass.Provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.");
        var annotations = new JsonObject { [VolumeNotes.Provisioner] = storageClass.Provisioner, [VolumeNotes.FormerProvisioner] = storageClass.Provisioner };
        if (node is not null)
        {
            annotations[VolumeNotes.SelectedNode] = node.Metadata.Name;
        }

        if (annotations.All(a => claim.Metadata.Annotations?.TryGetValue(a.Key, out var asked) == true && asked == (string?)a.Value))
        {
            return;
        }

        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        await _claims.PatchAsync(claim.Metadata.NamespaceProperty, claim.Metadata.Name, patch, PatchKind.Merge, cancellationToken);
    }

    private async Task LoseAsync(V1PersistentVolumeClaim claim, string reason, string message, CancellationToken cancellationToken)
    {
        if (claim.Status?.Phase != "Lost")
        {
            context.Events.Warning(claim, reason, message);
        }

        await SetPhaseAsync(claim, "Lost", cancellationToken);
    }

    private Task SetBoundAsync(V1PersistentVolumeClaim claim, V1PersistentVolume volume, CancellationToken cancellationToken)
    {
        var same = claim.Status?.Phase == "Bound"
            && (claim.Status.AccessModes ?? []).SequenceEqual(volume.Spec.AccessModes ?? [])
            && claim.Status.Capacity?.ContainsKey("storage") == true;
        if (same)
        {
            return Task.CompletedTask;
        }

        // A claim that grows has its size from whoever resizes it.
        var status = new JsonObject { ["phase"] = "Bound", ["accessModes"] = new JsonArray([.. (volume.Spec.AccessModes ?? []).Select(m => (JsonNode)m)]) };
        if (claim.Status?.Capacity?.ContainsKey("storage") != true)
        {
            status["capacity"] = JsonNode.Parse(KubernetesJson.Serialize(volume.Spec.Capacity));
        }

        return WriteStatusAsync(claim, status, cancellationToken);
    }

    private Task SetPhaseAsync(V1PersistentVolumeClaim claim, string phase, CancellationToken cancellationToken) =>
        claim.Status?.Phase == phase ? Task.CompletedTask : WriteStatusAsync(claim, new JsonObject { ["phase"] = phase }, cancellationToken);

    private async Task WriteStatusAsync(V1PersistentVolumeClaim claim, JsonObject status, CancellationToken cancellationToken)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = claim.Metadata.Uid }, ["status"] = status };
        try
        {
            await _claims.PatchStatusAsync(claim.Metadata.NamespaceProperty, claim.Metadata.Name, patch, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Deleted meanwhile.
        }
    }
}
