using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Controller revisions.</summary>
internal sealed class ControllerRevisionKind() : ResourceKind("apps", "v1", "ControllerRevision", "controllerrevisions", typeof(V1ControllerRevision))
{
    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Controller", o => o.Object("metadata").Objects("ownerReferences").Where(r => r.Flag("controller") == true).Select(r => $"{r.Text("kind")?.ToLowerInvariant()}.apps/{r.Text("name")}").FirstOrDefault() ?? "<none>"),
        Registry.Columns.Number("Revision", "revision"),
        Registry.Columns.Age,
    ];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        errors.NotNegative("revision", document.Integer("revision"));
        if (document["data"] is null)
            errors.Required("data", "data is mandatory");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(document["data"], old["data"]))
            errors.Immutable("data", document["data"]?.ToJsonString());
    }
}
