using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Portal.Core.Members;
using Portal.Core.Projects;

namespace Portal.Host.Bridges;

/// <summary>
/// Decides about people on the Kubernetes API by the same table and the same decision function as pages and REST. Apps are changed through Portal, so that each
/// change is a release; here people look, read logs and restart. Who may open a terminal may
/// do it with kubectl too. Secrets stay closed.
/// </summary>
internal sealed class PortalRights(ConsoleServices console) : Kube.ApiServer.Authorization.IAuthorizer
{
    private static readonly string[] Reads = ["get", "list", "watch"];

    // Resource (with subresource), verbs, and the right they need in the namespace's environment.
    private static readonly (string Resource, string[] Verbs, Right Right)[] InNamespace =
    [
        ("pods", Reads, Right.AppView),
        ("pods/status", ["get"], Right.AppView),
        ("pods/log", ["get"], Right.LogsRead),
        ("pods.metrics.k8s.io", ["get", "list"], Right.AppView),
        ("pods/exec", ["get", "create"], Right.Exec),
        ("pods/attach", ["get", "create"], Right.Exec),
        ("pods/portforward", ["get", "create"], Right.Exec),
        ("pods", ["delete"], Right.Restart),
        ("pods/eviction", ["create"], Right.Restart),
        ("namespaces", ["get"], Right.AppView),
        ("services", Reads, Right.AppView),
        ("endpoints", Reads, Right.AppView),
        ("configmaps", Reads, Right.AppView),
        ("serviceaccounts", Reads, Right.AppView),
        ("events", Reads, Right.AppView),
        ("resourcequotas", Reads, Right.AppView),
        ("limitranges", Reads, Right.AppView),
        ("deployments.apps", Reads, Right.AppView),
        ("deployments.apps/scale", ["get"], Right.AppView),
        ("replicasets.apps", Reads, Right.AppView),
        ("jobs.batch", Reads, Right.AppView),
        ("cronjobs.batch", Reads, Right.AppView),
        ("horizontalpodautoscalers.autoscaling", Reads, Right.AppView),
        ("persistentvolumeclaims", Reads, Right.AppView),
        ("endpointslices.discovery.k8s.io", Reads, Right.AppView),
        ("ingresses.networking.k8s.io", Reads, Right.AppView),
        ("localplacementreviews.scheduling.portal.dev", ["create"], Right.Plan),
    ];

    public async ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken)
    {
        if (ActorOf(attributes.User) is not { } actor || attributes.Resource.Length == 0)
            return AuthorizationDecision.NoOpinion;
        var resource = attributes.Group.Length == 0 ? attributes.Resource : $"{attributes.Resource}.{attributes.Group}";
        if (attributes.Subresource.Length > 0)
            resource += "/" + attributes.Subresource;
        if (resource is "nodes" or "nodes.metrics.k8s.io" && Reads.Contains(attributes.Verb) && (actor.PlatformRoles & (PlatformRoles.NodeOperator | PlatformRoles.PlatformAdmin)) != PlatformRoles.None)
            return AuthorizationDecision.Allow;

        // A namespace object is asked for by its name, everything else by the namespace it lies in.
        var name = attributes.Resource == "namespaces" ? attributes.Name : attributes.Namespace;
        var row = InNamespace.FirstOrDefault(candidate => candidate.Resource == resource && candidate.Verbs.Contains(attributes.Verb));
        if (name.Length == 0 || row.Resource is null)
            return AuthorizationDecision.NoOpinion;
        if (console.Find<INamespaces>() is not { } namespaces || console.Find<Portal.Core.Members.IAuthorizer>() is not { } authorizer)
            return AuthorizationDecision.NoOpinion;
        if (await namespaces.FindAsync(actor, name, cancellationToken) is not { } scope)
            return AuthorizationDecision.NoOpinion;
        return (await authorizer.AuthorizeAsync(actor, row.Right, scope, cancellationToken)).IsOk ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion;
    }

    public async ValueTask<AuthorizationRules> RulesAsync(UserInfo user, string ns, CancellationToken cancellationToken)
    {
        if (ActorOf(user) is not { } actor || ns.Length == 0)
            return AuthorizationRules.None;
        if (console.Find<INamespaces>() is not { } namespaces || console.Find<Portal.Core.Members.IAuthorizer>() is not { } authorizer)
            return AuthorizationRules.None;
        if (await namespaces.FindAsync(actor, ns, cancellationToken) is not { } scope)
            return AuthorizationRules.None;
        var held = new HashSet<Right>();
        foreach (var right in InNamespace.Select(row => row.Right).Distinct())
        {
            if ((await authorizer.AuthorizeAsync(actor, right, scope, cancellationToken)).IsOk)
                held.Add(right);
        }

        return new AuthorizationRules([.. InNamespace.Where(row => held.Contains(row.Right)).Select(row => RuleOf(row.Resource, row.Verbs))]);
    }

    // "deployments.apps/scale" is the subresource of a resource with its group.
    private static PolicyRule RuleOf(string resource, string[] verbs)
    {
        var (name, subresource) = resource.Split('/') is [var whole, var part] ? (whole, "/" + part) : (resource, "");
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new PolicyRule([""], [name + subresource], verbs) : new PolicyRule([name[(dot + 1)..]], [name[..dot] + subresource], verbs);
    }

    private static Actor? ActorOf(UserInfo user)
    {
        if (!user.Extra.TryGetValue(PortalTokens.UserId, out var ids) || ids is not [var id] || !Guid.TryParse(id, out var userId))
            return null;
        var roles = PlatformRoles.None;
        foreach (var name in user.Extra.TryGetValue(PortalTokens.PlatformRoles, out var names) ? names : [])
            roles |= Enum.TryParse<PlatformRoles>(name, out var role) ? role : PlatformRoles.None;
        return new Actor(userId, user.Name, roles, TokenScope.Stored(One(PortalTokens.Scope), One(PortalTokens.Rights)));

        string? One(string key) => user.Extra.TryGetValue(key, out var values) && values is [var value] ? value : null;
    }
}
