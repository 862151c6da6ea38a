using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>Runtime classes: which container runtime handler a pod wants.</summary>
internal sealed class RuntimeClassKind() : ResourceKind("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", typeof(V1RuntimeClass))
{
    public override bool Namespaced => false;

    public override IReadOnlyList<TableColumn> Columns => [Registry.Columns.Name, Registry.Columns.Text("Handler", "handler"), Registry.Columns.Age];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var handler = document.Text("handler") ?? "";
        errors.Check("handler", handler, NameRules.Label(handler));
        foreach (var (name, value) in document.Object("overhead").Object("podFixed") ?? [])
        {
            if (!Quantity.TryParse(value.AsText(), out var quantity) || quantity < default(Quantity))
                errors.Invalid($"overhead.podFixed[{name}]", value.AsText(), "must be greater than or equal to 0");
        }

        if (document.Object("scheduling") is not { } scheduling)
            return;
        ObjectMetadata.Keys(scheduling.Object("nodeSelector"), "scheduling.nodeSelector", errors, values: true);
        PodValidation.Tolerations(scheduling, "scheduling", errors);
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (document.Text("handler") != old.Text("handler"))
            errors.Immutable("handler", document.Text("handler"));
    }
}
