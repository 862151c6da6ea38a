using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>DaemonSets.</summary>
internal sealed class DaemonSetKind() : ResourceKind("apps", "v1", "DaemonSet", "daemonsets", typeof(V1DaemonSet))
{
    public override IReadOnlyList<string> ShortNames => ["ds"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Number("Desired", "status.desiredNumberScheduled"),
        Registry.Columns.Number("Current", "status.currentNumberScheduled"),
        Registry.Columns.Number("Ready", "status.numberReady"),
        Registry.Columns.Number("Up-to-date", "status.updatedNumberScheduled"),
        Registry.Columns.Number("Available", "status.numberAvailable"),
        Registry.Columns.Of("Node Selector", o => Registry.Columns.Labels(o.Object("spec").Object("template").Object("spec").Object("nodeSelector"))),
        Registry.Columns.Age,
        Registry.Columns.Wide("Containers", WorkloadRules.Names),
        Registry.Columns.Wide("Images", WorkloadRules.Images),
        Registry.Columns.Wide("Selector", o => Registry.Columns.Selector(o.Object("spec").Object("selector"))),
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("revisionHistoryLimit", 10L);
        var strategy = spec.Ensure("updateStrategy");
        strategy.SetDefault("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.SetDefault("maxUnavailable", 1L);
            rolling.SetDefault("maxSurge", 0L);
        }

        PodTemplates.DefaultTemplate(spec);
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        WorkloadRules.Selector(document.Object("spec"), errors);
        PodValidation.Template(document.Object("spec"), "spec", errors);
        errors.NotNegative("spec.minReadySeconds", document.Object("spec").Integer("minReadySeconds"));
        errors.NotNegative("spec.revisionHistoryLimit", document.Object("spec").Integer("revisionHistoryLimit"));
        var rolling = document.Object("spec").Object("updateStrategy").Object("rollingUpdate");
        IntOrPercent.Validate(rolling?["maxUnavailable"], "spec.updateStrategy.rollingUpdate.maxUnavailable", errors, atMostAll: true);
        IntOrPercent.Validate(rolling?["maxSurge"], "spec.updateStrategy.rollingUpdate.maxSurge", errors, atMostAll: true);
        if (rolling is null)
            return;
        if (IntOrPercent.IsZero(rolling["maxUnavailable"]) && (rolling["maxSurge"] is null || IntOrPercent.IsZero(rolling["maxSurge"])))
            errors.Required("spec.updateStrategy.rollingUpdate.maxUnavailable", "cannot be 0 when maxSurge is 0");
        if (!IntOrPercent.IsZero(rolling["maxUnavailable"]) && rolling["maxSurge"] is not null && !IntOrPercent.IsZero(rolling["maxSurge"]))
            errors.Invalid("spec.updateStrategy.rollingUpdate.maxSurge", rolling["maxSurge"]!.ToString(), "may not be set when maxUnavailable is non-zero");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => WorkloadRules.SelectorImmutable(document, old, errors);
}
