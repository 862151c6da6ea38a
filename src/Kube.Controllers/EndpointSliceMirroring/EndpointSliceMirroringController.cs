using k8s.Models;
using Kube.Controllers.EndpointSlices;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.EndpointSliceMirroring;

/// <summary>Shows Endpoints that somebody made for a service without selector as slices too, for those who read nothing else.</summary>
internal sealed class EndpointSliceMirroringController(ControllerContext context) : Controller(context)
{
    private readonly EndpointSliceWriter _slices = new(context.Client);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Endpoints);
        yield return Own(Informers.Services);
        yield return Owned(Informers.EndpointSlices, "Endpoints");
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.Endpoints.Get(key.Namespace, key.Name) is not { } endpoints)
        {
            // The garbage collector takes the slices of endpoints that are gone.
            return null;
        }

        var mirrored = MirrorPlan.IsMirrored(endpoints, Informers.Services.Get(key.Namespace, key.Name));
        var there = ClusterInformers.OwnedBy(Informers.EndpointSlices, endpoints.Metadata.Uid).Where(IsMirror).ToArray();
        await _slices.WriteAsync(key.Namespace, mirrored ? MirrorPlan.Of(endpoints) : new Dictionary<string, System.Text.Json.Nodes.JsonObject>(), there, cancellationToken);
        return null;
    }

    private static bool IsMirror(V1EndpointSlice slice) =>
        slice.Metadata.Labels is { } labels && labels.TryGetValue(EndpointSlicePlan.ManagedByLabel, out var by) && by == MirrorPlan.ManagedBy;
}
