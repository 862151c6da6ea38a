using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.Validation;
using Portal.Identity.Sessions;

namespace Portal.Identity.Tokens;

internal sealed class AccessTokenReader(ApiTokenReader apiTokens, SessionRegistry sessions, IServiceScopeFactory scopes) : IAccessTokenReader
{
    private const int MaxLength = 16 * 1024;

    public async ValueTask<AccessTokenIdentity?> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaxLength)
            return null;
        if (ApiTokenFormat.IsApiToken(token))
            return await apiTokens.ReadAsync(token, cancellationToken);

        var principal = await ValidateAsync(token, cancellationToken);
        // Tokens without a session (client credentials) stand for no person.
        var state = await sessions.FindAsync(principal?.FindFirst(PortalClaims.SessionId)?.Value, cancellationToken);
        if (state is null || principal!.FindFirst(PortalClaims.Subject)?.Value != state.UserId.ToString())
            return null;
        return new AccessTokenIdentity(
            state.UserId, state.Email, state.Name, state.PlatformRoles, state.SessionId, ApiTokenId: null, principal.GetExpirationDate() ?? state.ExpiresAt);
    }

    private async Task<ClaimsPrincipal?> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<OpenIddictValidationService>().ValidateAccessTokenAsync(token, cancellationToken);
        }
        catch (OpenIddictExceptions.ProtocolException)
        {
            // This is how OpenIddict says that the token is not valid.
            return null;
        }
    }
}
