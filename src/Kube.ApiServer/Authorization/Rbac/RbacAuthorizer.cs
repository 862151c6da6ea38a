using Kube.ApiServer.Authentication;

namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>Allows what Roles and ClusterRoles give through their bindings; see https://kubernetes.io/docs/reference/access-authn-authz/rbac/.</summary>
internal sealed class RbacAuthorizer(RbacIndex index) : IAuthorizer
{
    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken) => ValueTask.FromResult(Decide(attributes));

    public ValueTask<AuthorizationRules> RulesAsync(UserInfo user, string ns, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new AuthorizationRules([.. index.RulesOf(user, ns).Select(r => r.Rule)]));

    public AuthorizationDecision Decide(AuthorizationAttributes attributes)
    {
        foreach (var (grant, rule) in index.RulesOf(attributes.User, attributes.Namespace))
        {
            if (rule.Allows(attributes))
                return new AuthorizationDecision(AuthorizationVerdict.Allow, $"RBAC: allowed by {grant}");
        }

        return AuthorizationDecision.NoOpinion;
    }
}
