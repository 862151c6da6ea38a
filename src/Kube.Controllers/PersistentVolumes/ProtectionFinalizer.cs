using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>Adds and removes the finalizers that keep storage while it is in use: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection.</summary>
internal static class ProtectionFinalizer
{
    public const string Claim = "kubernetes.io/pvc-protection";
    public const string Volume = "kubernetes.io/pv-protection";

    /// <summary>Has the finalizer where the object is not being deleted, and takes it away when it is and nobody uses it.</summary>
    public static async Task KeepAsync<T>(ResourceClient<T> client, T item, string finalizer, Func<bool> isInUse, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var has = item.Metadata.Finalizers?.Contains(finalizer) == true;
        var deleting = item.Metadata.DeletionTimestamp is not null;
        if (deleting ? !has || isInUse() : has)
        {
            return;
        }

        var finalizers = (item.Metadata.Finalizers ?? []).Where(f => f != finalizer).Concat(deleting ? [] : [finalizer]);
        var metadata = new JsonObject { ["resourceVersion"] = item.Metadata.ResourceVersion, ["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]) };
        try
        {
            await client.PatchAsync(item.Metadata.NamespaceProperty, item.Metadata.Name, new JsonObject { ["metadata"] = metadata }, PatchKind.Merge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }
}
