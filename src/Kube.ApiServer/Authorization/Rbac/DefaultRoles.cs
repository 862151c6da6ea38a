using Kube.ApiServer.Authentication;
using Kube.Machinery.Placement;

namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>
/// The roles every cluster has: those of https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings for people and
/// for the parts of the cluster, and those of Portal's own parts (<c>system:portal</c>, <c>system:ingress</c>).
/// </summary>
internal static class DefaultRoles
{
    public const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";
    private const string ToAdmin = "rbac.authorization.k8s.io/aggregate-to-admin";
    private const string ToEdit = "rbac.authorization.k8s.io/aggregate-to-edit";
    private const string ToView = "rbac.authorization.k8s.io/aggregate-to-view";
    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];
    private static readonly string[] ReadWrite = [.. Write, .. Read];
    private static readonly string[] All = ["*"];
    private static readonly PolicyRule Events = Rule("", ["create", "patch", "update"], "events") with { Groups = ["", "events.k8s.io"] };
    private static readonly PolicyRule Leases = Rule("coordination.k8s.io", ["create", "get", "list", "patch", "update", "watch"], "leases");

    /// <summary>Those for people.</summary>
    public static IEnumerable<DefaultRole> ForPeople { get; } =
    [
        new("cluster-admin", new PolicyRule(All, All, All), PolicyRule.OfPaths(All, "*")) { Groups = [MastersAuthorizer.Group] },
        new("admin") { AggregatesFrom = ToAdmin },
        new("edit") { AggregatesFrom = ToEdit, AggregatesTo = ToAdmin },
        new("view") { AggregatesFrom = ToView, AggregatesTo = ToEdit },
        new(
            "system:aggregate-to-admin",
            Rule("authorization.k8s.io", ["create"], "localsubjectaccessreviews"),
            Rule("rbac.authorization.k8s.io", ReadWrite, "roles", "rolebindings")) { AggregatesTo = ToAdmin },
        new(
            "system:aggregate-to-edit",
            Rule("", Read, "pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"),
            Rule("", ["impersonate"], "serviceaccounts"),
            Rule("", Write, "pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"),
            Rule("", ["create"], "pods/eviction", "serviceaccounts/token"),
            Rule("", Write, "configmaps", "events", "persistentvolumeclaims", "replicationcontrollers", "replicationcontrollers/scale", "secrets", "serviceaccounts", "services", "services/proxy"),
            Rule("apps", Write, "daemonsets", "deployments", "deployments/rollback", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"),
            Rule("autoscaling", Write, "horizontalpodautoscalers"),
            Rule("batch", Write, "cronjobs", "jobs"),
            Rule("policy", Write, "poddisruptionbudgets"),
            Rule("networking.k8s.io", Write, "ingresses", "networkpolicies"),
            Rule("coordination.k8s.io", ReadWrite, "leases"),
            Rule(PlacementApi.Group, ["create"], "localplacementreviews")) { AggregatesTo = ToEdit },
        new(
            "system:aggregate-to-view",
            Rule("", Read, "configmaps", "endpoints", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods", "replicationcontrollers", "replicationcontrollers/scale", "serviceaccounts", "services", "services/status"),
            Rule("", Read, "bindings", "events", "limitranges", "namespaces", "namespaces/status", "pods/log", "pods/status", "replicationcontrollers/status", "resourcequotas", "resourcequotas/status"),
            Rule("discovery.k8s.io", Read, "endpointslices"),
            Rule("apps", Read, "controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale", "deployments/status", "replicasets", "replicasets/scale", "replicasets/status", "statefulsets", "statefulsets/scale", "statefulsets/status"),
            Rule("autoscaling", Read, "horizontalpodautoscalers", "horizontalpodautoscalers/status"),
            Rule("batch", Read, "cronjobs", "cronjobs/status", "jobs", "jobs/status"),
            Rule("policy", Read, "poddisruptionbudgets", "poddisruptionbudgets/status"),
            Rule("networking.k8s.io", Read, "ingresses", "ingresses/status", "networkpolicies")) { AggregatesTo = ToView },
        new(
            "system:basic-user",
            Rule("authorization.k8s.io", ["create"], "selfsubjectaccessreviews", "selfsubjectrulesreviews"),
            Rule("authentication.k8s.io", ["create"], "selfsubjectreviews")) { Groups = ["system:authenticated"] },
        new("system:discovery", PolicyRule.OfPaths(["get"], "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/")) { Groups = ["system:authenticated"] },
        new("system:public-info-viewer", PolicyRule.OfPaths(["get"], "/healthz", "/livez", "/readyz", "/version", "/version/")) { Groups = ["system:authenticated", "system:unauthenticated"] },
        new("system:service-account-issuer-discovery", PolicyRule.OfPaths(["get"], "/.well-known/openid-configuration", "/openid/v1/jwks")) { Groups = [ServiceAccountIdentity.Group] },
        new("system:monitoring", PolicyRule.OfPaths(["get"], "/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz", "/readyz/*")) { Groups = ["system:monitoring"] },
        new("system:auth-delegator", Rule("authentication.k8s.io", ["create"], "tokenreviews"), Rule("authorization.k8s.io", ["create"], "subjectaccessreviews")),
        new("system:aggregated-metrics-reader", Rule("metrics.k8s.io", Read, "nodes", "pods")) { AggregatesTo = ToView },
    ];

    /// <summary>Those of the parts of the cluster.</summary>
    public static IEnumerable<DefaultRole> ForComponents { get; } =
    [
        new(
            "system:kube-scheduler",
            Events,
            Leases,
            Rule("", Read, "namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "replicationcontrollers", "services"),
            Rule("", ["delete"], "pods"),
            Rule("", ["create"], "bindings", "pods/binding"),
            Rule("", ["patch", "update"], "pods/status", "persistentvolumeclaims", "persistentvolumes"),
            Rule("apps", Read, "replicasets", "statefulsets"),
            Rule("policy", Read, "poddisruptionbudgets"),
            Rule("scheduling.k8s.io", Read, "priorityclasses"),
            Rule("storage.k8s.io", Read, "csidrivers", "csinodes", "csistoragecapacities", "storageclasses"),
            Rule("authentication.k8s.io", ["create"], "tokenreviews"),
            Rule("authorization.k8s.io", ["create"], "subjectaccessreviews")) { Users = ["system:kube-scheduler"] },
        // One user runs all controllers, so it holds what the roles system:controller:* hold together.
        new("system:kube-controller-manager", new PolicyRule(All, All, All), PolicyRule.OfPaths(All, "*")) { Users = ["system:kube-controller-manager"] },
        new("system:portal", new PolicyRule(All, All, All), PolicyRule.OfPaths(All, "*")) { Users = ["system:portal"] },
        new(
            "system:ingress",
            Events,
            Rule("", Read, "endpoints", "namespaces", "nodes", "pods", "secrets", "services"),
            Rule("", ["create", "patch"], "configmaps"),
            Rule("discovery.k8s.io", Read, "endpointslices"),
            Rule("networking.k8s.io", Read, "ingressclasses", "ingresses"),
            Rule("networking.k8s.io", ["create"], "ingressclasses"),
            Rule("networking.k8s.io", ["patch", "update"], "ingresses/status")) { Users = ["system:ingress"] },
        new(
            "system:node-proxier",
            Events,
            Rule("", Read, "endpoints", "namespaces", "nodes", "pods", "services"),
            Rule("discovery.k8s.io", Read, "endpointslices"),
            Rule("networking.k8s.io", Read, "networkpolicies", "servicecidrs")) { Users = ["system:kube-proxy"] },
        new(
            "system:kube-dns",
            Rule("", Read, "endpoints", "namespaces", "nodes", "pods", "services"),
            Rule("discovery.k8s.io", Read, "endpointslices")) { Users = ["system:kube-dns"] },
        new("system:node-bootstrapper", Rule("certificates.k8s.io", ["create", "get", "list", "watch"], "certificatesigningrequests")) { Groups = [BootstrapTokenAuthenticator.Group] },
        // For clusters without the node authorizer; here nobody is bound to it.
        new(
            "system:node",
            Events,
            Rule("", Read, "configmaps", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "secrets", "services"),
            Rule("", ["create", "patch", "update"], "nodes", "nodes/status"),
            Rule("", ["create", "delete"], "pods"),
            Rule("", ["patch", "update"], "pods/status"),
            Rule("", ["create"], "pods/eviction", "serviceaccounts/token"),
            Rule("certificates.k8s.io", ["create", "get", "list", "watch"], "certificatesigningrequests"),
            Leases with { Verbs = ["create", "delete", "get", "patch", "update"] },
            Rule("node.k8s.io", Read, "runtimeclasses"),
            Rule("storage.k8s.io", Read, "csidrivers")),
    ];

    private static PolicyRule Rule(string group, IReadOnlyList<string> verbs, params string[] resources) => new([group], resources, verbs);
}
