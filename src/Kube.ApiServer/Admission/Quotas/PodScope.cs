using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Admission.Quotas;

/// <summary>What the scopes of a quota ask about a pod; see https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes.</summary>
/// <param name="Terminating">It has an active deadline.</param>
/// <param name="BestEffort">It asks for no processor and no memory.</param>
/// <param name="PriorityClass">Its priority class, or empty.</param>
/// <param name="CrossNamespaceAffinity">Its affinity looks into other namespaces.</param>
internal sealed record PodScope(bool Terminating, bool BestEffort, string PriorityClass, bool CrossNamespaceAffinity)
{
    private static readonly string[] Terms = ["requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"];

    public static PodScope Of(JsonObject? spec) => new(
        spec.Integer("activeDeadlineSeconds") is >= 0,
        PodTemplates.Containers(spec).All(c => !((string[])["requests", "limits"]).Any(list => ((string[])["cpu", "memory"]).Any(name => Quantity.TryParse(c.Object("resources").Object(list).Text(name), out var amount) && amount > default(Quantity)))),
        spec.Text("priorityClassName") ?? "",
        ((string[])["podAffinity", "podAntiAffinity"]).SelectMany(kind => Terms.SelectMany(term => spec.Object("affinity").Object(kind).Objects(term))).Any(LooksAround));

    /// <summary>Whether a quota with these scopes is about this pod.</summary>
    public bool IsIn(JsonObject? quotaSpec) =>
        quotaSpec.Texts("scopes").All(scope => Holds(scope, "Exists", [])) && quotaSpec.Object("scopeSelector").Objects("matchExpressions").All(e => Holds(e.Text("scopeName"), e.Text("operator"), [.. e.Texts("values")]));

    private bool Holds(string? scope, string? @operator, string[] values) => scope switch
    {
        "Terminating" => Terminating,
        "NotTerminating" => !Terminating,
        "BestEffort" => BestEffort,
        "NotBestEffort" => !BestEffort,
        "CrossNamespacePodAffinity" => CrossNamespaceAffinity,
        "PriorityClass" => @operator switch
        {
            "In" => values.Contains(PriorityClass),
            "NotIn" => !values.Contains(PriorityClass),
            "DoesNotExist" => PriorityClass.Length == 0,
            _ => PriorityClass.Length > 0,
        },
        _ => false,
    };

    private static bool LooksAround(JsonObject term)
    {
        var inner = term.Object("podAffinityTerm") ?? term;
        return inner.Array("namespaces") is { Count: > 0 } || inner["namespaceSelector"] is not null;
    }
}
