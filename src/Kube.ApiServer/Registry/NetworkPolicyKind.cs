using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Network policies.</summary>
internal sealed class NetworkPolicyKind() : ResourceKind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", typeof(V1NetworkPolicy))
{
    public override IReadOnlyList<string> ShortNames => ["netpol"];

    public override bool HasGeneration => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Pod-Selector", o => Registry.Columns.Selector(o.Object("spec").Object("podSelector"))),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        if (spec["podSelector"] is null)
            spec["podSelector"] = new JsonObject();
        if (spec["policyTypes"] is null)
            spec["policyTypes"] = spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
        foreach (var port in spec.Objects("ingress").Concat(spec.Objects("egress")).SelectMany(r => r.Objects("ports")))
            port.SetDefault("protocol", "TCP");
    }
}
