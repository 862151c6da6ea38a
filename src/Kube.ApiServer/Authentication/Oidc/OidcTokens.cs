using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Kube.ApiServer.Authentication.Oidc;

/// <summary>Accepts the tokens of an OpenID Connect provider by the keys it publishes; its claims name user and groups.</summary>
internal sealed class OidcTokens : ITokenAuthenticator
{
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    private readonly OidcOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<OidcTokens> _logger;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _configuration;

    public OidcTokens(ApiServerOptions server, TimeProvider time, ILogger<OidcTokens> logger)
    {
        (_options, _time, _logger) = (server.Oidc, time, logger);
        if (!_options.IsOn)
            return;
        var issuer = new Uri(_options.IssuerUrl);
        _configuration = new ConfigurationManager<OpenIdConnectConfiguration>(
            _options.IssuerUrl.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever { RequireHttps = !issuer.IsLoopback });
    }

    public async ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken)
    {
        if (_configuration is null || !_handler.CanReadToken(bearerToken))
            return null;
        try
        {
            // Only tokens that claim to be the provider's lead to a question to it.
            if (_handler.ReadJsonWebToken(bearerToken).Issuer != _options.IssuerUrl)
                return null;
            var result = await ValidateAsync(_configuration, bearerToken, cancellationToken).ConfigureAwait(false);
            if (result is { IsValid: false, Exception: SecurityTokenSignatureKeyNotFoundException })
            {
                // The provider may have a new key; the manager asks it again at most every few minutes.
                _configuration.RequestRefresh();
                result = await ValidateAsync(_configuration, bearerToken, cancellationToken).ConfigureAwait(false);
            }

            return result.IsValid ? UserOf((JsonWebToken)result.SecurityToken) : null;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            Log.ProviderUnreachable(_logger, _options.IssuerUrl, e.Message);
            return null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private async Task<TokenValidationResult> ValidateAsync(ConfigurationManager<OpenIdConnectConfiguration> provider, string token, CancellationToken cancellationToken)
    {
        var configuration = await provider.GetConfigurationAsync(cancellationToken).ConfigureAwait(false);
        return await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = configuration.SigningKeys,
            ValidAlgorithms = Algorithms,
            ValidIssuer = _options.IssuerUrl,
            ValidAudience = _options.ClientId,
            LifetimeValidator = (notBefore, expires, _, _) => (notBefore is null || notBefore <= _time.GetUtcNow().UtcDateTime) && expires > _time.GetUtcNow().UtcDateTime,
        }).ConfigureAwait(false);
    }

    private UserInfo? UserOf(JsonWebToken token)
    {
        var claims = JsonNode.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        if (claims.Text(_options.UsernameClaim) is not { Length: > 0 } name)
            return null;
        // An address nobody has proven could be anybody's.
        if (_options.UsernameClaim == "email" && claims?["email_verified"] is not null && claims.Flag("email_verified") != true)
            return null;
        var user = _options.Prefix + name;
        string[] groups = [.. Groups(claims).Select(g => _options.GroupsPrefix + g)];
        // Names of the cluster's own are never a provider's to give.
        if (user.StartsWith("system:", StringComparison.Ordinal) || groups.Any(g => g.StartsWith("system:", StringComparison.Ordinal)))
            return null;
        return new UserInfo(user, "", [.. groups, "system:authenticated"], UserInfo.NoExtra);
    }

    private IEnumerable<string> Groups(JsonNode? claims)
    {
        if (_options.GroupsClaim is not { } claim)
            return [];
        return claims.Text(claim) is { } single ? [single] : claims.Texts(claim);
    }
}
