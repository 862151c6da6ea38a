using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Namespaces. Their own finalizer <c>kubernetes</c> keeps them until the controller has emptied them.</summary>
internal sealed class NamespaceKind() : ResourceKind("", "v1", "Namespace", "namespaces", typeof(V1Namespace))
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    public override IReadOnlyList<string> ShortNames => ["ns"];

    public override bool Namespaced => false;

    // Nobody deletes all namespaces at once.
    public override IReadOnlyCollection<string> Verbs => ["create", "delete", "get", "list", "patch", "update", "watch"];

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<Subresource> Subresources => [new("finalize", "", "v1", "Namespace", "update")];

    public override IReadOnlyList<string> SelectableFields => ["status.phase"];

    public override IReadOnlyList<TableColumn> Columns => [Registry.Columns.Name, Registry.Columns.Text("Status", "status.phase"), Registry.Columns.Age];

    public override void Default(JsonObject document)
    {
        var metadata = document.Ensure("metadata");
        if (metadata.Text("name") is { Length: > 0 } name)
            metadata.Ensure("labels")[NameLabel] = name;
    }

    public override void PrepareForCreate(JsonObject document)
    {
        var finalizers = document.Ensure("spec").Texts("finalizers").ToHashSet(StringComparer.Ordinal);
        finalizers.Add("kubernetes");
        document.Object("spec")!["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]);
        document["status"] = new JsonObject { ["phase"] = "Active" };
    }

    // Only the finalize subresource may take finalizers away.
    public override void PrepareForUpdate(JsonObject document, JsonObject old) =>
        document["spec"] = old["spec"]?.DeepClone() ?? new JsonObject();

    public override string? ValidateName(string name) => NameRules.Label(name);

    public override bool HoldsBack(JsonObject document) => document.Object("spec").Array("finalizers") is { Count: > 0 };

    public override void BeginDeletion(JsonObject document) => document.Ensure("status")["phase"] = "Terminating";
}
