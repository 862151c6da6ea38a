using Kube.ApiServer.Authentication;

namespace Kube.ApiServer.Authorization;

/// <summary>The group <c>system:masters</c> may do everything.</summary>
internal sealed class MastersAuthorizer : IAuthorizer
{
    public const string Group = "system:masters";
    private static readonly AuthorizationRules All = new([new PolicyRule(["*"], ["*"], ["*"]), PolicyRule.OfPaths(["*"], "*")]);

    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken) =>
        ValueTask.FromResult(attributes.User.IsIn(Group) ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion);

    public ValueTask<AuthorizationRules> RulesAsync(UserInfo user, string ns, CancellationToken cancellationToken) =>
        ValueTask.FromResult(user.IsIn(Group) ? All : AuthorizationRules.None);
}
