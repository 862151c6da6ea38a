using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Replication controllers, the ancestors of ReplicaSets: their selector is a plain map, and comes from the template when it is missing.</summary>
internal sealed class ReplicationControllerKind() : ResourceKind("", "v1", "ReplicationController", "replicationcontrollers", typeof(V1ReplicationController))
{
    public override IReadOnlyList<string> ShortNames => ["rc"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override bool HasScale => true;

    public override IReadOnlyList<string> SelectableFields => ["status.replicas"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Number("Desired", "spec.replicas"),
        Registry.Columns.Number("Current", "status.replicas"),
        Registry.Columns.Number("Ready", "status.readyReplicas"),
        Registry.Columns.Age,
        Registry.Columns.Wide("Containers", WorkloadRules.Names),
        Registry.Columns.Wide("Images", WorkloadRules.Images),
        Registry.Columns.Wide("Selector", o => Registry.Columns.Labels(o.Object("spec").Object("selector"))),
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("replicas", 1L);
        PodTemplates.DefaultTemplate(spec);
        if (spec.Object("template").Object("metadata").Object("labels") is not { Count: > 0 } labels)
            return;
        if (spec.Object("selector") is not { Count: > 0 })
            spec["selector"] = labels.DeepClone();
        if (document.Object("metadata").Object("labels") is not { Count: > 0 })
            document.Ensure("metadata")["labels"] = labels.DeepClone();
    }

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["replicas"] = 0L };

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        errors.NotNegative("spec.replicas", spec.Integer("replicas"));
        errors.NotNegative("spec.minReadySeconds", spec.Integer("minReadySeconds"));
        var selector = spec.Object("selector");
        if (selector is not { Count: > 0 })
            errors.Required("spec.selector");
        PodValidation.Template(spec, "spec", errors);
        var labels = spec.Object("template").Object("metadata").Object("labels");
        if ((selector ?? []).Any(s => labels.Text(s.Key) != s.Value.AsText()))
            errors.Invalid("spec.template.metadata.labels", Registry.Columns.Labels(labels), "`selector` does not match template `labels`");
    }
}
