using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.Logging;
using Portal.Identity;
using Portal.Identity.Sessions;

namespace Portal.Web.Account;

/// <summary>The person of a circuit. Asks the session registry again and again: an ended session turns the circuit anonymous,
/// changed platform roles reach it.</summary>
internal sealed class SessionAuthenticationStateProvider(ILoggerFactory loggers, SessionRegistry sessions) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    /// <summary>With the registry's freshness this keeps below the five seconds in which an ended session must be gone.</summary>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(2);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        var state = await sessions.FindAsync(authenticationState.User.FindFirst(PortalClaims.SessionId)?.Value, cancellationToken);
        if (state is null)
            return false;
        if (!SessionPrincipal.Agrees(authenticationState.User, state))
            SetAuthenticationState(Task.FromResult(new AuthenticationState(SessionPrincipal.Renew(authenticationState.User, state, PortalAuthentication.CookieScheme))));
        return true;
    }
}
