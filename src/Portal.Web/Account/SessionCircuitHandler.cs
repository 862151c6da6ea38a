using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Portal.Identity;
using Portal.Identity.Sessions;

namespace Portal.Web.Account;

/// <summary>Nothing that a browser sends through a circuit is carried out for a session that has ended, not even in the moment
/// before the circuit turns anonymous.</summary>
internal sealed class SessionCircuitHandler(AuthenticationStateProvider authentication, SessionRegistry sessions) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        if (user.Identity is { IsAuthenticated: true } && await sessions.FindAsync(user.FindFirst(PortalClaims.SessionId)?.Value, CancellationToken.None) is null)
            return;
        await next(context);
    };
}
