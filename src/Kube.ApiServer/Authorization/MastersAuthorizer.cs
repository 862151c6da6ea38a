namespace Kube.ApiServer.Authorization;

/// <summary>The group <c>system:masters</c> may do everything.</summary>
internal sealed class MastersAuthorizer : IAuthorizer
{
    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken) =>
        ValueTask.FromResult(attributes.User.IsIn("system:masters") ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion);
}
