using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.GarbageCollection;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Namespaces;

/// <summary>Empties a namespace that is being deleted, whatever kinds the server has, and lets it go when nothing is left.</summary>
internal sealed class NamespaceController(ControllerContext context) : Controller(context, workers: 2)
{
    private const string Finalizer = "kubernetes";
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);
    private readonly ResourceClient<V1Namespace> _namespaces = context.Client.Resource<V1Namespace>();
    private readonly KnownKinds _kinds = new(context);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Namespaces);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var ns = Informers.Namespaces.Get("", key.Name);
        if (ns?.Metadata.DeletionTimestamp is null || ns.Spec?.Finalizers?.Contains(Finalizer) == false)
        {
            return null;
        }

        var left = 0;
        foreach (var type in await _kinds.ReadAsync(cancellationToken))
        {
            if (type.Namespaced)
            {
                left += await EmptyAsync(type, key.Name, cancellationToken);
            }
        }

        if (left > 0)
        {
            return Again;
        }

        var raw = await _namespaces.GetRawAsync(null, key.Name, cancellationToken);
        if (raw is null || (string?)raw["metadata"]?["uid"] != ns.Metadata.Uid)
        {
            return null;
        }

        if (raw["spec"]?["finalizers"] is JsonArray finalizers)
        {
            foreach (var ours in finalizers.Where(f => (string?)f == Finalizer).ToArray())
            {
                finalizers.Remove(ours);
            }
        }

        try
        {
            await _namespaces.PutAsync(null, key.Name, "finalize", raw, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }

        return null;
    }

    /// <returns>How many objects are still there.</returns>
    private async Task<int> EmptyAsync(ResourceType type, string ns, CancellationToken cancellationToken)
    {
        var client = Context.Client.Resource<PartialObject>(type);
        var list = await client.ListAsync(ns, null, cancellationToken);
        var pending = list.Items.Where(i => i.Metadata.DeletionTimestamp is null);
        await Parallel.ForEachAsync(pending, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (item, token) =>
        {
            try
            {
                var options = new V1DeleteOptions { PropagationPolicy = "Background", Preconditions = new V1Preconditions { Uid = item.Metadata.Uid } };
                await client.DeleteAsync(ns, item.Metadata.Name, options, token);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Another object has the name by now; the next look finds it.
            }
        });
        return list.Items.Count;
    }
}
