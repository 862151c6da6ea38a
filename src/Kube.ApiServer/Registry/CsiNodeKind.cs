using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>The volume drivers a node has.</summary>
internal sealed class CsiNodeKind() : ResourceKind("storage.k8s.io", "v1", "CSINode", "csinodes", typeof(V1CSINode))
{
    public override bool Namespaced => false;

    public override IReadOnlyList<TableColumn> Columns =>
        [Registry.Columns.Name, new("Drivers", (o, _) => (long)(o.Object("spec").Array("drivers")?.Count ?? 0)) { Type = "integer" }, Registry.Columns.Age];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var i = 0;
        foreach (var driver in document.Object("spec").Objects("drivers"))
        {
            var at = $"spec.drivers[{i++}]";
            if (driver.Text("name") is { Length: > 0 } name && !names.Add(name))
                errors.Duplicate($"{at}.name", name);
            if (driver.Text("nodeID")?.Length > 192)
                errors.Invalid($"{at}.nodeID", driver.Text("nodeID"), "must be 192 characters or less");
            errors.NotNegative($"{at}.allocatable.count", driver.Object("allocatable").Integer("count"));
        }
    }
}
