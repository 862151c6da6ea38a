using OpenIddict.Server;
using Portal.Identity.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Identity.Server;

/// <summary>Codes, access and refresh tokens die with the session they came from, at every endpoint of the server.</summary>
internal sealed class RefuseEndedSession(SessionRegistry sessions) : IOpenIddictServerHandler<OpenIddictServerEvents.ValidateTokenContext>
{
    public async ValueTask HandleAsync(OpenIddictServerEvents.ValidateTokenContext context)
    {
        var principal = context.Principal;
        // An ID token is only a hint who signs out; the session it names may well have ended a moment ago.
        if (principal is null || OpenIddict.Abstractions.OpenIddictExtensions.GetTokenType(principal) == TokenTypeIdentifiers.IdentityToken)
            return;
        var sessionId = principal.FindFirst(PortalClaims.SessionId)?.Value;
        if (sessionId is null || await sessions.FindAsync(sessionId, context.CancellationToken) is not null)
            return;
        context.Reject(
            context.EndpointType is OpenIddictServerEndpointType.Token ? Errors.InvalidGrant : Errors.InvalidToken,
            "The session of this token has ended.");
    }
}
