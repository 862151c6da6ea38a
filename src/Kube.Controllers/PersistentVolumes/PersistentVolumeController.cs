using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;
using Kube.Machinery.Volumes;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>
/// Binds claims to volumes, one to one, and says of each how it stands: https://kubernetes.io/docs/concepts/storage/persistent-volumes/. A key with a namespace is a
/// claim, one without a volume.
/// </summary>
internal sealed class PersistentVolumeController(ControllerContext context) : Controller(context)
{
    private readonly ResourceClient<V1PersistentVolumeClaim> _claims = context.Client.Resource<V1PersistentVolumeClaim>();
    private readonly ClaimBinder _binder = new(context);
    private readonly VolumeWriter _volumes = new(context);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Informers.PersistentVolumeClaims.Subscribe(change =>
        {
            Queue.Add(Names.Of(change.Object));
            foreach (var volume in Informers.PersistentVolumes.List())
            {
                if (volume.Metadata.Name == change.Object.Spec.VolumeName || volume.Spec.ClaimRef?.Uid == change.Object.Metadata.Uid)
                {
                    Queue.Add(Names.Of(volume));
                }
            }
        });
        yield return Informers.PersistentVolumes.Subscribe(change =>
        {
            Queue.Add(Names.Of(change.Object));
            if (change.Object.Spec.ClaimRef is { } reference)
            {
                Queue.Add(new NamespacedName(reference.NamespaceProperty, reference.Name));
            }

            EnqueueWaiting(change);
        });
        yield return Informers.Pods.Subscribe(change =>
        {
            // Claims that wait for their first pod have it now.
            if (!string.IsNullOrEmpty(change.Object.Spec.NodeName) && string.IsNullOrEmpty(change.Old?.Spec.NodeName))
            {
                foreach (var claim in ClaimProtectionController.ClaimsOf(change.Object))
                {
                    Queue.Add(new NamespacedName(change.Object.Metadata.NamespaceProperty, claim));
                }
            }
        });
        yield return Informers.StorageClasses.Subscribe(change => EnqueuePending(c => VolumeMatch.ClassOf(c) == change.Object.Metadata.Name));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (key.Namespace.Length > 0)
        {
            if (Informers.PersistentVolumeClaims.Get(key.Namespace, key.Name) is { } claim)
            {
                await _binder.BindAsync(claim, cancellationToken);
            }
        }
        else if (Informers.PersistentVolumes.Get("", key.Name) is { } volume)
        {
            await JudgeAsync(volume, cancellationToken);
        }

        return null;
    }

    private void EnqueueWaiting(InformerEvent<V1PersistentVolume> change)
    {
        if (change.Kind == InformerEventKind.Deleted)
        {
            EnqueuePending(c => c.Spec.VolumeName == change.Object.Metadata.Name, bound: true);
        }
        else if (change.Object.Status?.Phase == "Available")
        {
            EnqueuePending(c => string.IsNullOrEmpty(c.Spec.VolumeName) || c.Spec.VolumeName == change.Object.Metadata.Name);
        }
    }

    private void EnqueuePending(Func<V1PersistentVolumeClaim, bool> which, bool bound = false)
    {
        foreach (var claim in Informers.PersistentVolumeClaims.List())
        {
            if ((bound || claim.Status?.Phase != "Bound") && which(claim))
            {
                Queue.Add(Names.Of(claim));
            }
        }
    }

    private async Task JudgeAsync(V1PersistentVolume volume, CancellationToken cancellationToken)
    {
        // A reservation without uid is a person's: nobody has claimed it yet.
        if (volume.Spec.ClaimRef is not { } reference || string.IsNullOrEmpty(reference.Uid))
        {
            await _volumes.SetPhaseAsync(volume, "Available", null, cancellationToken);
            return;
        }

        var claim = Informers.PersistentVolumeClaims.Get(reference.NamespaceProperty, reference.Name);
        if (claim?.Metadata.Uid != reference.Uid)
        {
            // The cache of claims may be behind the cache of volumes; ask before data is given up.
            claim = await _claims.GetAsync(reference.NamespaceProperty, reference.Name, cancellationToken);
        }

        if (claim?.Metadata.Uid != reference.Uid)
        {
            await ReclaimAsync(volume, cancellationToken);
        }
        else if (claim.Spec.VolumeName == volume.Metadata.Name)
        {
            await _volumes.SetPhaseAsync(volume, "Bound", null, cancellationToken);
        }
        else if (!string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            // The claim took another volume meanwhile.
            await _volumes.UnbindAsync(volume, cancellationToken);
        }
    }

    private async Task ReclaimAsync(V1PersistentVolume volume, CancellationToken cancellationToken)
    {
        // What a provisioner made, and what a CSI driver serves, its own deleter removes once it is released.
        if (volume.Spec.PersistentVolumeReclaimPolicy is "Retain" or null || volume.Spec.Csi is not null || volume.Has(VolumeNotes.ProvisionedBy))
        {
            await _volumes.SetPhaseAsync(volume, "Released", null, cancellationToken);
            return;
        }

        if (volume.Status?.Phase == "Failed")
        {
            return;
        }

        var why = volume.Spec.PersistentVolumeReclaimPolicy == "Delete" ? "no deleter is there for this type of volume" : "volumes are not recycled here";
        Context.Events.Warning(volume, volume.Spec.PersistentVolumeReclaimPolicy == "Delete" ? "VolumeFailedDelete" : "VolumeFailedRecycle", why);
        await _volumes.SetPhaseAsync(volume, "Failed", why, cancellationToken);
    }
}
