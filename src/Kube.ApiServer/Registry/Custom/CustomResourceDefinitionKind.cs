using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>Definitions of custom resources: https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/.</summary>
internal sealed class CustomResourceDefinitionKind()
    : ResourceKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", typeof(V1CustomResourceDefinition))
{
    /// <summary>Holds a definition until its objects are gone.</summary>
    public const string Cleanup = "customresourcecleanup.apiextensions.k8s.io";

    public override IReadOnlyList<string> ShortNames => ["crd", "crds"];

    public override IReadOnlyList<string> Categories => ["api-extensions"];

    public override bool Namespaced => false;

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        new("Created At", (o, _) => o.Object("metadata").Text("creationTimestamp")) { Type = "date" },
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.Ensure("conversion").SetDefault("strategy", "None");
        if (spec.Object("names") is not { } names)
            return;
        names.SetDefault("singular", names.Text("kind")?.ToLowerInvariant());
        names.SetDefault("listKind", names.Text("kind") + "List");
    }

    public override void PrepareForCreate(JsonObject document)
    {
        var metadata = document.Ensure("metadata");
        if (!metadata.Texts("finalizers").Contains(Cleanup))
            metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers").Append(Cleanup).Select(f => (JsonNode)f)]);
        document["status"] = new JsonObject();
    }

    public override void Validate(JsonObject document, FieldErrors errors) => DefinitionRules.Validate(document, errors);

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => DefinitionRules.ValidateUpdate(document, old, errors);

    public override void ValidateStatus(JsonObject document, JsonObject old, FieldErrors errors) => DefinitionRules.ValidateStatus(document, errors);

    public override void BeginDeletion(JsonObject document)
    {
        var status = document.Ensure("status");
        var conditions = new JsonArray([.. status.Objects("conditions").Where(c => c.Text("type") != "Terminating").Select(c => c.DeepClone())]);
        conditions.Add(new JsonObject
        {
            ["type"] = "Terminating",
            ["status"] = "True",
            ["lastTransitionTime"] = document.Object("metadata").Text("deletionTimestamp"),
            ["reason"] = "InstanceDeletionInProgress",
            ["message"] = "CustomResource deletion is in progress",
        });
        status["conditions"] = conditions;
    }
}
