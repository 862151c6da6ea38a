namespace Portal.Identity.Tokens;

/// <summary>Authenticates the portal's bearer tokens for other servers of the same process, such as the Kubernetes API. Singleton, thread-safe.</summary>
public interface IAccessTokenReader
{
    /// <summary>Whom the token stands for: an API token (<c>ptl_...</c>) or an access token of the embedded OpenID Connect server.
    /// Null when it is malformed, forged, expired, revoked, not meant for the portal, or its session or account has ended.
    /// A revocation counts at once in this process, within 2 s in others.</summary>
    ValueTask<AccessTokenIdentity?> ReadAsync(string token, CancellationToken cancellationToken);
}
