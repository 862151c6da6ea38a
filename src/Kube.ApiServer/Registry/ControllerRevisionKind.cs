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
}
