using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Deployments.</summary>
internal sealed class DeploymentKind() : ResourceKind("apps", "v1", "Deployment", "deployments", typeof(V1Deployment))
{
    public override IReadOnlyList<string> ShortNames => ["deploy"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override bool HasScale => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        new("Ready", (o, _) => string.Create(CultureInfo.InvariantCulture, $"{o.At("status.readyReplicas").AsInteger() ?? 0}/{o.At("spec.replicas").AsInteger() ?? 0}")),
        Registry.Columns.Number("Up-to-date", "status.updatedReplicas"),
        Registry.Columns.Number("Available", "status.availableReplicas"),
        Registry.Columns.Age,
        Registry.Columns.Wide("Containers", WorkloadRules.Names),
        Registry.Columns.Wide("Images", WorkloadRules.Images),
        Registry.Columns.Wide("Selector", o => Registry.Columns.Selector(o.Object("spec").Object("selector"))),
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("replicas", 1L);
        spec.SetDefault("revisionHistoryLimit", 10L);
        spec.SetDefault("progressDeadlineSeconds", 600L);
        var strategy = spec.Ensure("strategy");
        strategy.SetDefault("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.SetDefault("maxUnavailable", "25%");
            rolling.SetDefault("maxSurge", "25%");
        }

        PodTemplates.DefaultTemplate(spec);
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        WorkloadRules.Selector(spec, errors);
        PodValidation.Template(spec, "spec", errors);
        errors.NotNegative("spec.replicas", spec.Integer("replicas"));
        errors.NotNegative("spec.minReadySeconds", spec.Integer("minReadySeconds"));
        errors.NotNegative("spec.revisionHistoryLimit", spec.Integer("revisionHistoryLimit"));
        if (spec.Integer("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Integer("minReadySeconds") ?? 0))
            errors.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
        var strategy = spec.Object("strategy");
        errors.OneOf("spec.strategy.type", strategy.Text("type"), "Recreate", "RollingUpdate");
        if (strategy.Text("type") == "Recreate" && strategy.Object("rollingUpdate") is not null)
            errors.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
        var rolling = strategy.Object("rollingUpdate");
        IntOrPercent.Validate(rolling?["maxUnavailable"], "spec.strategy.rollingUpdate.maxUnavailable", errors, atMostAll: true);
        IntOrPercent.Validate(rolling?["maxSurge"], "spec.strategy.rollingUpdate.maxSurge", errors);
        if (IntOrPercent.IsZero(rolling?["maxUnavailable"]) && IntOrPercent.IsZero(rolling?["maxSurge"]))
            errors.Invalid("spec.strategy.rollingUpdate.maxUnavailable", 0, "may not be 0 when `maxSurge` is 0");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => WorkloadRules.SelectorImmutable(document, old, errors);
}
