using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Authentication;

/// <summary>Finds out who makes a request: by client certificate, else by bearer token; a wrong credential is a refusal, none is anonymous.</summary>
internal sealed class RequestAuthenticator(FrontProxyAuthenticator peers, ClientCertificateAuthenticator certificates, IEnumerable<ITokenAuthenticator> tokens, ApiServerOptions options, ILogger<RequestAuthenticator> logger)
{
    private const string Authenticated = "system:authenticated";
    private readonly ITokenAuthenticator[] _tokens = [.. tokens];

    /// <summary>The user; null when a credential was shown that nobody accepts.</summary>
    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext http)
    {
        if (peers.IsPeer(http))
            return peers.Authenticate(http);
        try
        {
            if (certificates.Authenticate(http) is { } user)
                return user;
        }
        catch (UntrustedCertificateException e)
        {
            Log.CertificateRefused(logger, e.Message);
            return null;
        }

        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
            return UserInfo.Anonymous;
        const string scheme = "Bearer ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        return await TokenAsync(header[scheme.Length..].Trim(), options.ApiAudiences, http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The user a token stands for; null when nobody knows it.</summary>
    /// <param name="token">The token without the word Bearer.</param>
    /// <param name="audiences">It must be for one of these.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<UserInfo?> TokenAsync(string token, IReadOnlyCollection<string> audiences, CancellationToken cancellationToken)
    {
        var ours = ReferenceEquals(audiences, options.ApiAudiences) || audiences.Intersect(options.ApiAudiences).Any();
        foreach (var authenticator in _tokens)
        {
            var known = authenticator switch
            {
                IAudienceTokenAuthenticator careful => await careful.AuthenticateAsync(token, audiences, cancellationToken).ConfigureAwait(false),
                _ when ours => await authenticator.AuthenticateAsync(token, cancellationToken).ConfigureAwait(false),
                _ => null,
            };
            if (known is { } user)
                return user.IsIn(Authenticated) ? user : user with { Groups = [.. user.Groups, Authenticated] };
        }

        return null;
    }
}
