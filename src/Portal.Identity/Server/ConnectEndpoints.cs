using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Portal.Identity.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Identity.Server;

/// <summary>The decisions that OpenIddict leaves to the application. Requests come here only after it has checked them.</summary>
internal static class ConnectEndpoints
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        string[] both = [HttpMethods.Get, HttpMethods.Post];
        endpoints.MapMethods(ConnectPaths.Authorize, both, AuthorizeAsync).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapMethods(ConnectPaths.Token, [HttpMethods.Post], ExchangeAsync).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapMethods(ConnectPaths.UserInfo, both, UserInfoAsync).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapMethods(ConnectPaths.EndSession, both, EndSessionAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> AuthorizeAsync(
        HttpContext http, SessionRegistry sessions, IOpenIddictApplicationManager applications, TimeProvider time)
    {
        var request = http.GetOpenIddictServerRequest()!;
        var cookie = await http.AuthenticateAsync(PortalAuthentication.ServerScheme);
        var session = await sessions.FindAsync(cookie.Principal?.FindFirst(PortalClaims.SessionId)?.Value, http.RequestAborted);
        if (session is null || request.HasPromptValue(PromptValues.Login) || IsTooOld(session, request.MaxAge, time))
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "The person is not signed in.")
                : Results.Redirect($"{ConnectPaths.SignIn}?returnUrl={Uri.EscapeDataString(ReturnUrl(request))}");
        }

        // There is no consent page: only clients that an administrator registered as trusted get tokens.
        var application = await applications.FindByClientIdAsync(request.ClientId!, http.RequestAborted);
        if (application is null || !await applications.HasConsentTypeAsync(application, ConsentTypes.Implicit, http.RequestAborted))
            return Refuse(Errors.ConsentRequired, "This client is not trusted by the installation.");
        return Results.SignIn(TokenPrincipal.Create(session, request.GetScopes()), authenticationScheme: Scheme);
    }

    private static async Task<IResult> ExchangeAsync(HttpContext http, SessionRegistry sessions)
    {
        var ticket = await http.AuthenticateAsync(Scheme);
        var session = await sessions.FindAsync(ticket.Principal?.FindFirst(PortalClaims.SessionId)?.Value, http.RequestAborted);
        return session is null
            ? Refuse(Errors.InvalidGrant, "The session of this token has ended.")
            : Results.SignIn(TokenPrincipal.Create(session, ticket.Principal!.GetScopes()), authenticationScheme: Scheme);
    }

    private static async Task<IResult> UserInfoAsync(HttpContext http, SessionRegistry sessions)
    {
        var ticket = await http.AuthenticateAsync(Scheme);
        var session = await sessions.FindAsync(ticket.Principal?.FindFirst(PortalClaims.SessionId)?.Value, http.RequestAborted);
        if (session is null)
            return Results.Challenge(Error(Errors.InvalidToken, "The session of this token has ended."), [Scheme]);
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { [PortalClaims.Subject] = session.UserId.ToString() };
        if (ticket.Principal!.HasScope(Scopes.Email))
            claims[PortalClaims.Email] = session.Email;
        if (ticket.Principal!.HasScope(Scopes.Profile))
        {
            claims[PortalClaims.Name] = session.Name;
            claims[PortalClaims.PlatformRole] = session.PlatformRoles;
        }

        return Results.Json(claims);
    }

    private static async Task<IResult> EndSessionAsync(HttpContext http, SessionRegistry sessions)
    {
        var hint = (await http.AuthenticateAsync(Scheme)).Principal;
        var cookie = (await http.AuthenticateAsync(PortalAuthentication.ServerScheme)).Principal;
        // Without a hint that fits, anybody's link could sign people out: they are asked first.
        if (cookie is not null && hint?.FindFirst(PortalClaims.SessionId)?.Value != cookie.FindFirst(PortalClaims.SessionId)?.Value)
            return Results.Redirect(ConnectPaths.Logout);

        await EndAsync(hint, sessions, http.RequestAborted);
        await http.SignOutAsync(PortalAuthentication.ServerScheme);
        return Results.SignOut(new AuthenticationProperties { RedirectUri = ConnectPaths.SignedOut }, [Scheme]);
    }

    private static async Task EndAsync(ClaimsPrincipal? principal, SessionRegistry sessions, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(principal?.FindFirst(PortalClaims.Subject)?.Value, out var account)
            && Guid.TryParse(principal?.FindFirst(PortalClaims.SessionId)?.Value, out var session))
        {
            await sessions.RevokeAsync(account, session, cancellationToken);
        }
    }

    private static bool IsTooOld(SessionState session, long? maxAge, TimeProvider time) =>
        maxAge is { } seconds && time.GetUtcNow() - session.CreatedAt > TimeSpan.FromSeconds(seconds);

    // The prompt was served by showing the form; kept, it would ask again and again.
    private static string ReturnUrl(OpenIddictRequest request)
    {
        var query = request.GetParameters()
            .Where(parameter => parameter.Key is not (Parameters.Prompt or Parameters.MaxAge))
            .Select(parameter => KeyValuePair.Create<string, string?>(parameter.Key, (string?)parameter.Value));
        return ConnectPaths.Authorize + QueryString.Create(query);
    }

    private static IResult Refuse(string error, string description) => Results.Forbid(Error(error, description), [Scheme]);

    private static AuthenticationProperties Error(string error, string description) => new(new Dictionary<string, string?>
    {
        [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
    });
}
