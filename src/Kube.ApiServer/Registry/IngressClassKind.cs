using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Ingress classes.</summary>
internal sealed class IngressClassKind() : ResourceKind("networking.k8s.io", "v1", "IngressClass", "ingressclasses", typeof(V1IngressClass))
{
    public override bool Namespaced => false;

    public override bool HasGeneration => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Controller", "spec.controller", ""),
        Registry.Columns.Text("Parameters", "spec.parameters.name"),
        Registry.Columns.Age,
    ];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var controller = spec.Text("controller") ?? "";
        if (controller.Length == 0)
            errors.Required("spec.controller");
        else if (!controller.Contains('/', StringComparison.Ordinal) || NameRules.Subdomain(controller[..controller.IndexOf('/', StringComparison.Ordinal)]) is not null)
            errors.Invalid("spec.controller", controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        if (spec.Object("parameters") is not { } parameters)
            return;
        errors.OneOf("spec.parameters.scope", parameters.Text("scope"), "Cluster", "Namespace");
        if (parameters.Text("scope") == "Namespace" && string.IsNullOrEmpty(parameters.Text("namespace")))
            errors.Required("spec.parameters.namespace", "`parameters.scope` is set to 'Namespace'");
        if (parameters.Text("scope") != "Namespace" && !string.IsNullOrEmpty(parameters.Text("namespace")))
            errors.Forbidden("spec.parameters.namespace", "`parameters.scope` is set to 'Cluster'");
    }

    public override void Default(JsonObject document) => document.Object("spec").Object("parameters")?.SetDefault("scope", "Cluster");

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (document.Object("spec").Text("controller") != old.Object("spec").Text("controller"))
            errors.Immutable("spec.controller", document.Object("spec").Text("controller"));
    }
}
