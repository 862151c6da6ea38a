using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>Keeps a volume that is being deleted until no claim is bound to it.</summary>
internal sealed class VolumeProtectionController(ControllerContext context) : Controller(context, workers: 2)
{
    private readonly ResourceClient<V1PersistentVolume> _volumes = context.Client.Resource<V1PersistentVolume>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.PersistentVolumes);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.PersistentVolumes.Get("", key.Name) is { } volume)
        {
            await ProtectionFinalizer.KeepAsync(_volumes, volume, ProtectionFinalizer.Volume, () => volume.Status?.Phase == "Bound", cancellationToken);
        }

        return null;
    }
}
