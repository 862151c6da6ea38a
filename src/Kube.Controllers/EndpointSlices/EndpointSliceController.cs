using Kube.Machinery.Metadata;

namespace Kube.Controllers.EndpointSlices;

/// <summary>Keeps the endpoint slices of every service with a selector.</summary>
internal sealed class EndpointSliceController(ControllerContext context) : Controller(context)
{
    private readonly EndpointSliceWriter _slices = new(context.Client);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Services);
        yield return Owned(Informers.EndpointSlices, "Service");
        yield return Informers.Pods.Subscribe(change => ServicePods.Affected(Informers, change, Queue.Add));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var service = Informers.Services.Get(key.Namespace, key.Name);
        if (service is null || service.Metadata.DeletionTimestamp is not null || !service.HasSelector())
        {
            // The garbage collector takes the slices of a service that is gone.
            return null;
        }

        var pods = ClusterInformers.InNamespace(Informers.Pods, key.Namespace).Where(service.Selects);
        var wanted = EndpointSlicePlan.Of(service, pods);
        var there = ClusterInformers.OwnedBy(Informers.EndpointSlices, service.Metadata.Uid).ToArray();
        await _slices.WriteAsync(key.Namespace, wanted, there, cancellationToken);
        return null;
    }
}
