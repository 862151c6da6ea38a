using System.Net;
using k8s.Models;
using Kube.Controllers.PersistentVolumes;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.LocalVolumes;

/// <summary>
/// Makes a volume in a directory of the node that the scheduler chose for the first pod of a claim, and deletes it once it is released; the node makes and removes the
/// directory. As https://github.com/rancher/local-path-provisioner does it, without pods of its own. A key with a namespace is a claim, one without a volume.
/// </summary>
internal sealed class LocalVolumeController(ControllerContext context) : Controller(context, workers: 2)
{
    private readonly ResourceClient<V1PersistentVolume> _volumes = context.Client.Resource<V1PersistentVolume>();
    private readonly ResourceClient<V1StorageClass> _classes = context.Client.Resource<V1StorageClass>();

    /// <summary>Makes the storage class where there is none of its name, then works. Whoever changes it afterwards meant it.</summary>
    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Informers.StorageClasses.Get("", Machinery.Volumes.LocalVolumes.StorageClass) is null)
        {
            try
            {
                await _classes.CreateAsync(LocalVolumePlan.Class(), cancellationToken);
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // Another term's controller was faster.
            }
        }

        await base.RunAsync(cancellationToken);
    }

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.PersistentVolumeClaims);
        yield return Own(Informers.PersistentVolumes);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (key.Namespace is not { Length: > 0 })
        {
            await DeleteAsync(key.Name, cancellationToken);
        }
        else if (Informers.PersistentVolumeClaims.Get(key.Namespace, key.Name) is { } claim && LocalVolumePlan.IsWanted(claim))
        {
            await MakeAsync(claim, cancellationToken);
        }

        return null;
    }

    private async Task MakeAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        var node = Informers.Nodes.Get("", claim.Metadata.Annotations[VolumeNotes.SelectedNode]);
        if (node?.Metadata.Annotations?.TryGetValue(Machinery.Volumes.LocalVolumes.DirectoryAnnotation, out var directory) != true)
        {
            Context.Events.Warning(claim, "ProvisioningFailed", $"node {claim.Metadata.Annotations[VolumeNotes.SelectedNode]} offers no directory for local volumes");
            return;
        }

        var storageClass = Informers.StorageClasses.Get("", Machinery.Volumes.VolumeMatch.ClassOf(claim));
        try
        {
            await _volumes.CreateAsync(LocalVolumePlan.Volume(claim, storageClass, node!, directory!), cancellationToken);
            Context.Events.Normal(claim, "ProvisioningSucceeded", $"Successfully provisioned volume {LocalVolumePlan.NameOf(claim)}");
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Made before; the binder has not got to it yet.
        }
        catch (ApiException e) when (e.Code is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            Context.Events.Warning(claim, "ProvisioningFailed", $"failed to provision volume: {e.Message}");
        }
    }

    private async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (Informers.PersistentVolumes.Get("", name) is { } volume && LocalVolumePlan.IsOver(volume))
        {
            await _volumes.DeleteAsync(null, name, new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = volume.Metadata.Uid } }, cancellationToken);
        }
    }
}
