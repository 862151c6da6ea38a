using System.Text.Json.Nodes;
using k8s.Models;

namespace Kube.ApiServer.Registry;

/// <summary>How much room a storage class has in some part of the cluster.</summary>
internal sealed class CsiStorageCapacityKind() : ResourceKind("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities", typeof(V1CSIStorageCapacity))
{
    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("StorageClassName", "storageClassName", ""),
        Registry.Columns.Text("Capacity", "capacity", "<unset>"),
        Registry.Columns.Age,
    ];

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["storageClassName", "nodeTopology"])
        {
            if (!JsonNode.DeepEquals(document[field], old[field]))
                errors.Immutable(field, document[field]?.ToJsonString());
        }
    }
}
