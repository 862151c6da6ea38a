namespace Kube.ApiServer.Authentication;

/// <summary>Turns a bearer token into a user. Several may be registered; the first that knows a token decides.</summary>
public interface ITokenAuthenticator
{
    /// <summary>The user a token stands for, or null when this authenticator does not know it.</summary>
    /// <param name="bearerToken">The token without the word Bearer.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken);
}
