using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Pod templates kept by themselves.</summary>
internal sealed class PodTemplateKind() : ResourceKind("", "v1", "PodTemplate", "podtemplates", typeof(V1PodTemplate))
{
    public override bool HasGeneration => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Containers", o => string.Join(',', Containers(o).Select(c => c.Text("name")))),
        Registry.Columns.Of("Images", o => string.Join(',', Containers(o).Select(c => c.Text("image")))),
        Registry.Columns.Of("Pod Labels", o => Registry.Columns.Labels(Template(o).Object("metadata").Object("labels"))),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document) => PodTemplates.DefaultTemplate(document);

    public override void Validate(JsonObject document, FieldErrors errors) => PodValidation.Template(document, "", errors, alwaysRestarts: false);

    private static JsonObject? Template(JsonObject o) => o.Object("template");

    private static IEnumerable<JsonObject> Containers(JsonObject o) => Template(o).Object("spec").Objects("containers");
}
