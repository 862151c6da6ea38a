using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Leases.</summary>
internal sealed class LeaseKind() : ResourceKind("coordination.k8s.io", "v1", "Lease", "leases", typeof(V1Lease))
{
    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Holder", "spec.holderIdentity", ""),
        Registry.Columns.Age,
    ];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        if (document.Object("spec").Integer("leaseDurationSeconds") is { } seconds and <= 0)
            errors.Invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0");
        errors.NotNegative("spec.leaseTransitions", document.Object("spec").Integer("leaseTransitions"));
    }
}
