using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetKind() : ResourceKind("apps", "v1", "ReplicaSet", "replicasets", typeof(V1ReplicaSet))
{
    public override IReadOnlyList<string> ShortNames => ["rs"];

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
        Registry.Columns.Wide("Selector", o => Registry.Columns.Selector(o.Object("spec").Object("selector"))),
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("replicas", 1L);
        PodTemplates.DefaultTemplate(spec);
    }

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["replicas"] = 0L };

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        WorkloadRules.Selector(document.Object("spec"), errors);
        PodValidation.Template(document.Object("spec"), "spec", errors);
        errors.NotNegative("spec.replicas", document.Object("spec").Integer("replicas"));
        errors.NotNegative("spec.minReadySeconds", document.Object("spec").Integer("minReadySeconds"));
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => WorkloadRules.SelectorImmutable(document, old, errors);
}
