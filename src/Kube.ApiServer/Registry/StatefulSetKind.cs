using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>StatefulSets.</summary>
internal sealed class StatefulSetKind() : ResourceKind("apps", "v1", "StatefulSet", "statefulsets", typeof(V1StatefulSet))
{
    public override IReadOnlyList<string> ShortNames => ["sts"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Ready", o => string.Create(CultureInfo.InvariantCulture, $"{o.At("status.readyReplicas").AsInteger() ?? 0}/{o.At("spec.replicas").AsInteger() ?? 0}")),
        Registry.Columns.Age,
        Registry.Columns.Wide("Containers", WorkloadRules.Names),
        Registry.Columns.Wide("Images", WorkloadRules.Images),
    ];

    public override bool HasScale => true;

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("replicas", 1L);
        spec.SetDefault("revisionHistoryLimit", 10L);
        spec.SetDefault("podManagementPolicy", "OrderedReady");
        var strategy = spec.Ensure("updateStrategy");
        strategy.SetDefault("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
            strategy.Ensure("rollingUpdate").SetDefault("partition", 0L);
        var retention = spec.Ensure("persistentVolumeClaimRetentionPolicy");
        retention.SetDefault("whenDeleted", "Retain");
        retention.SetDefault("whenScaled", "Retain");
        foreach (var claim in spec.Objects("volumeClaimTemplates"))
            claim.Ensure("spec").SetDefault("volumeMode", "Filesystem");
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
        errors.NotNegative("spec.ordinals.start", spec.Object("ordinals").Integer("start"));
        var strategy = spec.Object("updateStrategy");
        errors.NotNegative("spec.updateStrategy.rollingUpdate.partition", strategy.Object("rollingUpdate").Integer("partition"));
        if (strategy.Text("type") == "OnDelete" && strategy.Object("rollingUpdate") is not null)
            errors.Invalid("spec.updateStrategy.rollingUpdate", "", "only allowed for updateStrategy 'RollingUpdate'");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(Fixed(document), Fixed(old)))
            errors.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }

    // The history limit is not in the message, and yet changes nothing of what runs: it may be changed as well.
    private static JsonObject Fixed(JsonObject document)
    {
        var copy = (JsonObject)document.Object("spec")!.DeepClone();
        foreach (var field in (ReadOnlySpan<string>)["replicas", "ordinals", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "revisionHistoryLimit"])
            copy.Remove(field);
        return copy;
    }
}
