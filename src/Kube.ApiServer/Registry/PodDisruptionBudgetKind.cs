using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Pod disruption budgets.</summary>
internal sealed class PodDisruptionBudgetKind() : ResourceKind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", typeof(V1PodDisruptionBudget))
{
    public override IReadOnlyList<string> ShortNames => ["pdb"];

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Min Available", "spec.minAvailable", "N/A"),
        Registry.Columns.Text("Max Unavailable", "spec.maxUnavailable", "N/A"),
        Registry.Columns.Number("Allowed Disruptions", "status.disruptionsAllowed"),
        Registry.Columns.Age,
    ];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null)
            errors.Invalid("spec", "", "minAvailable and maxUnavailable cannot be both set");
        IntOrPercent.Validate(spec?["minAvailable"], "spec.minAvailable", errors, atMostAll: true);
        IntOrPercent.Validate(spec?["maxUnavailable"], "spec.maxUnavailable", errors, atMostAll: true);
        ObjectMetadata.Keys(spec.Object("selector").Object("matchLabels"), "spec.selector.matchLabels", errors, values: true);
    }
}
