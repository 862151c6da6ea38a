using Kube.ApiServer.Authentication;

namespace Kube.ApiServer.Authorization;

/// <summary>All authorizers in order; nobody allowing is a refusal.</summary>
internal sealed class AuthorizerChain(IEnumerable<IAuthorizer> authorizers)
{
    private readonly IAuthorizer[] _authorizers = [.. authorizers];

    public async ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken)
    {
        foreach (var authorizer in _authorizers)
        {
            var decision = await authorizer.AuthorizeAsync(attributes, cancellationToken).ConfigureAwait(false);
            if (decision.Verdict != AuthorizationVerdict.NoOpinion)
                return decision;
        }

        return AuthorizationDecision.NoOpinion;
    }

    /// <summary>What somebody may do in a namespace, from all authorizers together.</summary>
    public async ValueTask<AuthorizationRules> RulesAsync(UserInfo user, string ns, CancellationToken cancellationToken)
    {
        var rules = new List<PolicyRule>();
        var incomplete = false;
        foreach (var authorizer in _authorizers)
        {
            var part = await authorizer.RulesAsync(user, ns, cancellationToken).ConfigureAwait(false);
            rules.AddRange(part.Rules);
            incomplete |= part.Incomplete;
        }

        return new AuthorizationRules(rules, incomplete);
    }

    /// <summary>What a refusal says: <c>User "x" cannot get resource "pods" in API group "" in the namespace "y"</c>.</summary>
    public static string Describe(AuthorizationAttributes a, string reason)
    {
        var why = reason.Length > 0 ? ": " + reason : "";
        if (a.Path.Length > 0)
            return $"User \"{a.User.Name}\" cannot {a.Verb} path \"{a.Path}\"{why}";
        var resource = a.Subresource.Length > 0 ? $"{a.Resource}/{a.Subresource}" : a.Resource;
        var scope = a.Namespace.Length > 0 ? $" in the namespace \"{a.Namespace}\"" : " at the cluster scope";
        return $"User \"{a.User.Name}\" cannot {a.Verb} resource \"{resource}\" in API group \"{a.Group}\"{scope}{why}";
    }
}
