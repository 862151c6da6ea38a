using Kube.ApiServer.Authentication;

namespace Kube.ApiServer.Authorization;

/// <summary>Decides on requests. Asked in order of registration; the first that does not say <see cref="AuthorizationVerdict.NoOpinion"/> decides, and nobody saying anything is a refusal.</summary>
public interface IAuthorizer
{
    /// <summary>Decides on one request.</summary>
    ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken);

    /// <summary>What somebody may do in a namespace, as far as it can be listed.</summary>
    ValueTask<AuthorizationRules> RulesAsync(UserInfo user, string ns, CancellationToken cancellationToken) => ValueTask.FromResult(AuthorizationRules.None);
}
