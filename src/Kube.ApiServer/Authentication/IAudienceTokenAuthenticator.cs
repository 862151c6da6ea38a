namespace Kube.ApiServer.Authentication;

/// <summary>An authenticator whose tokens say whom they are for. The tokens of all others are for this server alone.</summary>
internal interface IAudienceTokenAuthenticator : ITokenAuthenticator
{
    /// <summary>The user a token for one of the audiences stands for, or null.</summary>
    ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, IReadOnlyCollection<string> audiences, CancellationToken cancellationToken);
}
