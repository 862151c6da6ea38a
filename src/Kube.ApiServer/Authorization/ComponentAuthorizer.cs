namespace Kube.ApiServer.Authorization;

/// <summary>
/// Fixed rules for the parts of the cluster, each a user of its own: what https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles
/// gives them, as a table. Also what everybody authenticated may do: discover the API and ask about himself.
/// </summary>
internal sealed class ComponentAuthorizer : IAuthorizer
{
    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] All = ["*"];
    private static readonly string[] PublicPaths = ["/healthz", "/livez", "/readyz", "/version"];
    private static readonly PolicyRule Events = new(["", "events.k8s.io"], ["events"], ["create", "update", "patch"]);
    private static readonly PolicyRule Leases = new(["coordination.k8s.io"], ["leases"], ["get", "create", "update", "list", "watch", "patch"]);

    private static readonly Dictionary<string, PolicyRule[]> Rules = new(StringComparer.Ordinal)
    {
        ["system:kube-scheduler"] =
        [
            Events, Leases,
            new([""], ["nodes", "pods", "services", "namespaces", "persistentvolumes", "persistentvolumeclaims", "replicationcontrollers"], Read),
            new(["apps"], ["replicasets", "statefulsets"], Read),
            new(["policy"], ["poddisruptionbudgets"], Read),
            new(["storage.k8s.io"], ["storageclasses", "csinodes", "csidrivers"], Read),
            new(["scheduling.k8s.io"], ["priorityclasses"], Read),
            new([""], ["pods/binding", "bindings", "pods/status"], ["create", "update", "patch"]),
            new([""], ["pods"], ["delete"]),
        ],
        ["system:kube-controller-manager"] =
        [
            new(All, All, All),
        ],
        ["system:portal"] =
        [
            new(All, All, All),
        ],
        ["system:ingress"] =
        [
            Events,
            new([""], ["services", "secrets", "namespaces", "nodes", "pods", "endpoints"], Read),
            new(["discovery.k8s.io"], ["endpointslices"], Read),
            new(["networking.k8s.io"], ["ingresses", "ingressclasses"], Read),
            new(["networking.k8s.io"], ["ingresses/status"], ["update", "patch"]),
        ],
        ["system:kube-proxy"] =
        [
            Events,
            new([""], ["services", "endpoints", "nodes", "namespaces", "pods"], Read),
            new(["discovery.k8s.io"], ["endpointslices"], Read),
            new(["networking.k8s.io"], ["servicecidrs", "networkpolicies"], Read),
        ],
        ["system:kube-dns"] =
        [
            new([""], ["services", "endpoints", "pods", "namespaces", "nodes"], Read),
            new(["discovery.k8s.io"], ["endpointslices"], Read),
        ],
    };

    private static readonly PolicyRule Bootstrap = new(["certificates.k8s.io"], ["certificatesigningrequests"], ["create", "get", "list", "watch"]);

    private static readonly PolicyRule Self =
        new(["authorization.k8s.io", "authentication.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"], ["create"]);

    /// <summary>The rules of a user, for SelfSubjectRulesReview.</summary>
    public static IEnumerable<PolicyRule> RulesOf(Authentication.UserInfo user)
    {
        if (user.IsIn("system:masters"))
            yield return new PolicyRule(All, All, All);
        if (Rules.TryGetValue(user.Name, out var rules))
        {
            foreach (var rule in rules)
                yield return rule;
        }

        if (user.IsIn("system:bootstrappers"))
            yield return Bootstrap;
        if (user.IsIn("system:authenticated"))
            yield return Self;
    }

    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Path.Length > 0)
            return ValueTask.FromResult(Path(attributes));
        foreach (var rule in RulesOf(attributes.User))
        {
            if (rule.Allows(attributes))
                return ValueTask.FromResult(AuthorizationDecision.Allow);
        }

        return ValueTask.FromResult(AuthorizationDecision.NoOpinion);
    }

    private static AuthorizationDecision Path(AuthorizationAttributes attributes)
    {
        if (attributes.Verb is not ("get" or "head"))
            return AuthorizationDecision.NoOpinion;
        if (PublicPaths.Any(p => attributes.Path == p || attributes.Path.StartsWith(p + "/", StringComparison.Ordinal)))
            return AuthorizationDecision.Allow;
        var discovery = attributes.Path is "/" or "/api" or "/apis" || attributes.Path.StartsWith("/api/", StringComparison.Ordinal) || attributes.Path.StartsWith("/apis/", StringComparison.Ordinal)
            || attributes.Path.StartsWith("/openapi/", StringComparison.Ordinal);
        return discovery && attributes.User.IsIn("system:authenticated") ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion;
    }
}
