using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>Changes volumes, each time bound to the version that was looked at: two claims never get one volume.</summary>
internal sealed class VolumeWriter(ControllerContext context)
{
    private readonly ResourceClient<V1PersistentVolume> _volumes = context.Client.Resource<V1PersistentVolume>();

    public async Task SetPhaseAsync(V1PersistentVolume volume, string phase, string? message, CancellationToken cancellationToken)
    {
        if (volume.Status?.Phase == phase && volume.Status.Message == message)
        {
            return;
        }

        var status = new JsonObject { ["phase"] = phase, ["message"] = message, ["reason"] = null };
        if (volume.Status?.Phase != phase)
        {
            status["lastPhaseTransitionTime"] = Timestamps.Text(context.Time.GetUtcNow());
        }

        try
        {
            await _volumes.PatchStatusAsync(null, volume.Metadata.Name, new JsonObject { ["metadata"] = Version(volume), ["status"] = status }, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Deleted meanwhile.
        }
    }

    /// <summary>Gives the volume to a claim.</summary>
    public Task BindAsync(V1PersistentVolume volume, V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        var metadata = Version(volume);
        if (volume.Spec.ClaimRef is null)
        {
            metadata["annotations"] = new JsonObject { [VolumeNotes.BoundByController] = "yes" };
        }

        var reference = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolumeClaim",
            ["namespace"] = claim.Metadata.NamespaceProperty,
            ["name"] = claim.Metadata.Name,
            ["uid"] = claim.Metadata.Uid,
            ["resourceVersion"] = claim.Metadata.ResourceVersion,
        };
        return PatchAsync(volume, new JsonObject { ["metadata"] = metadata, ["spec"] = new JsonObject { ["claimRef"] = reference } }, cancellationToken);
    }

    /// <summary>Takes the volume back; a reservation that a person made stays.</summary>
    public Task UnbindAsync(V1PersistentVolume volume, CancellationToken cancellationToken)
    {
        var metadata = Version(volume);
        JsonObject? reference = null;
        if (volume.Has(VolumeNotes.BoundByController))
        {
            metadata["annotations"] = new JsonObject { [VolumeNotes.BoundByController] = null };
        }
        else
        {
            reference = new JsonObject { ["uid"] = null, ["resourceVersion"] = null };
        }

        return PatchAsync(volume, new JsonObject { ["metadata"] = metadata, ["spec"] = new JsonObject { ["claimRef"] = reference } }, cancellationToken);
    }

    private static JsonObject Version(V1PersistentVolume volume) => new() { ["resourceVersion"] = volume.Metadata.ResourceVersion };

    private async Task PatchAsync(V1PersistentVolume volume, JsonObject patch, CancellationToken cancellationToken) =>
        await _volumes.PatchAsync(null, volume.Metadata.Name, patch, PatchKind.Merge, cancellationToken);
}
