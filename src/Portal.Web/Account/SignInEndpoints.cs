using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Portal.Identity;
using Portal.Identity.Accounts;
using Portal.Identity.Edge;
using Portal.Identity.Server;
using Portal.Identity.Sessions;
using Portal.Identity.SignIn;
using static Portal.Web.Language.Words;

namespace Portal.Web.Account;

/// <summary>Sign-in at the embedded server, and the console's way to its provider and back.</summary>
internal static class SignInEndpoints
{
    // One sentence for every reason, so that nobody learns which addresses have accounts.
    private static readonly Fault[] Refused = [new("email", "E-mail address or password is not right, or there were too many attempts. Wait 15 minutes after many.")];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        group.MapGet(ConnectPaths.SignIn, ShowSignIn);
        group.MapPost(ConnectPaths.SignIn, SignInAsync).AddEndpointFilter<AntiforgeryFilter>();
        group.MapGet(ConnectPaths.Login, Login);
        group.MapGet(ConnectPaths.Confirm, Confirm);
        group.MapGet(ConnectPaths.Logout, ShowSignOut);
        group.MapPost(ConnectPaths.Logout, SignOutAsync);
        group.MapGet(ConnectPaths.SignedOut, () => Message(StatusCodes.Status200OK, L("Signed out"), L("Your session has ended."), L("Sign in"), ConnectPaths.Login));
        group.MapGet(ConnectPaths.AccessDenied, () => Message(StatusCodes.Status403Forbidden, L("Access denied"), L("You have no right to open this page."), L("To the console"), "/"));
        group.MapGet(ConnectPaths.SignInFailed, () => Message(StatusCodes.Status400BadRequest, L("Sign-in did not work"), L("The sign-in took too long or was interrupted. Please try again."), L("Sign in"), ConnectPaths.Login));
    }

    private static RazorComponentResult ShowSignIn(HttpContext http, IAntiforgery antiforgery, string? returnUrl) =>
        SignInForm(http, antiforgery, StatusCodes.Status200OK, LocalUrl.OrHome(returnUrl), email: null, []);

    private static async Task<IResult> SignInAsync(
        HttpContext http, IAntiforgery antiforgery, PasswordSignIn signIn, SessionRegistry sessions, IOptions<PortalIdentityOptions> options)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var returnUrl = LocalUrl.OrHome(form["returnUrl"]);
        var email = form["email"].ToString();
        var device = options.Value.CookieName(CookieNames.Device);
        var outcome = await signIn.ExecuteAsync(
            new SignInAttempt(email, form["password"].ToString(), Peer(http), http.Request.Headers.UserAgent, http.Request.Cookies[device]), http.RequestAborted);
        if (outcome.Session is not { } session)
            return SignInForm(http, antiforgery, StatusCodes.Status401Unauthorized, returnUrl, email, Refused);

        // Signing in over an older session of this browser ends that one.
        await EndAsync((await http.AuthenticateAsync(PortalAuthentication.ServerScheme)).Principal, sessions, http.RequestAborted);
        await OpenAsync(http, session);
        http.Response.Cookies.Append(device, outcome.DeviceCookie!, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            Secure = options.Value.PublicUrl!.Scheme == Uri.UriSchemeHttps,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = TimeSpan.FromDays(180),
        });
        return Results.LocalRedirect(returnUrl);
    }

    /// <summary>Writes the cookie of a session at the embedded server.</summary>
    internal static Task OpenAsync(HttpContext http, SessionState session) => http.SignInAsync(
        PortalAuthentication.ServerScheme,
        SessionPrincipal.Create(session, PortalAuthentication.ServerScheme),
        new AuthenticationProperties { ExpiresUtc = session.ExpiresAt });

    private static IResult Login(HttpContext http, IOptions<PortalIdentityOptions> options, string? returnUrl) =>
        Challenge(http, options.Value, ConnectPaths.Login, new OpenIdConnectChallengeProperties { RedirectUri = LocalUrl.OrHome(returnUrl) });

    // The provider is asked to let the person prove themselves again, all factors of the account included. Whether it did is read from auth_time, never from the question.
    private static IResult Confirm(HttpContext http, IOptions<PortalIdentityOptions> options, string? returnUrl) =>
        Challenge(http, options.Value, ConnectPaths.Confirm, new OpenIdConnectChallengeProperties { RedirectUri = LocalUrl.OrHome(returnUrl), Prompt = "login", MaxAge = TimeSpan.Zero });

    private static IResult Challenge(HttpContext http, PortalIdentityOptions options, string path, AuthenticationProperties properties)
    {
        // The provider leads back to the public address; the cookies of the way there must be set for it, not for another name of this machine.
        if (http.Request.Host != options.PublicHost)
            return Results.Redirect(new Uri(options.PublicUrl!, path).ToString() + QueryString.Create("returnUrl", properties.RedirectUri!));
        return Results.Challenge(properties, [PortalAuthentication.OidcScheme]);
    }

    private static RazorComponentResult ShowSignOut(HttpContext http, IAntiforgery antiforgery) =>
        Html.Show<SignOutPage>(StatusCodes.Status200OK, new() { [nameof(SignOutPage.Token)] = FormToken.For(http, antiforgery) });

    private static async Task<IResult> SignOutAsync(HttpContext http, SessionRegistry sessions, IAntiforgery antiforgery)
    {
        var portal = await http.AuthenticateAsync(PortalAuthentication.CookieScheme);
        // A session that has ended elsewhere no longer fits its form's token; signing out of it must still work.
        if (portal.Succeeded && !await antiforgery.IsRequestValidAsync(http))
            return AntiforgeryFilter.TooOld();
        // The session ends here and now; what follows in the browser only clears cookies and tells another provider.
        await EndAsync(portal.Principal, sessions, http.RequestAborted);
        if (!portal.Succeeded)
        {
            await EndAsync((await http.AuthenticateAsync(PortalAuthentication.ServerScheme)).Principal, sessions, http.RequestAborted);
            await http.SignOutAsync(PortalAuthentication.ServerScheme);
            return Results.Redirect(ConnectPaths.SignedOut);
        }

        var properties = new AuthenticationProperties { RedirectUri = ConnectPaths.SignedOut };
        properties.StoreTokens(portal.Properties!.GetTokens());
        await http.SignOutAsync(PortalAuthentication.ServerScheme);
        return Results.SignOut(properties, [PortalAuthentication.CookieScheme, PortalAuthentication.OidcScheme]);
    }

    private static async Task EndAsync(ClaimsPrincipal? principal, SessionRegistry sessions, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(principal?.FindFirst(PortalClaims.Subject)?.Value, out var account)
            && Guid.TryParse(principal?.FindFirst(PortalClaims.SessionId)?.Value, out var session))
        {
            await sessions.RevokeAsync(account, session, cancellationToken);
        }
    }

    private static RazorComponentResult SignInForm(HttpContext http, IAntiforgery antiforgery, int status, string returnUrl, string? email, IReadOnlyList<Fault> faults)
    {
        AllowFormTarget(http, returnUrl);
        return Html.Show<SignInPage>(status, new()
        {
            [nameof(SignInPage.Token)] = FormToken.For(http, antiforgery),
            [nameof(SignInPage.ReturnUrl)] = returnUrl,
            [nameof(SignInPage.Email)] = email,
            [nameof(SignInPage.Faults)] = faults,
        });
    }

    // Browsers apply form-action to the redirects after the form as well, and the last one leads to the client that asked for the sign-in.
    private static void AllowFormTarget(HttpContext http, string returnUrl)
    {
        var start = returnUrl.IndexOf('?', StringComparison.Ordinal);
        if (start > 0 && QueryHelpers.ParseQuery(returnUrl[start..]).TryGetValue("redirect_uri", out var redirect)
            && Uri.TryCreate(redirect, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps))
        {
            http.Items[SecurityHeaders.FormTargetItem] = uri.GetLeftPart(UriPartial.Authority);
        }
    }

    private static string? Peer(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    private static RazorComponentResult Message(int status, string title, string text, string action, string href) => Html.Show<MessagePage>(status, new()
    {
        [nameof(MessagePage.Title)] = title,
        [nameof(MessagePage.Text)] = text,
        [nameof(MessagePage.Action)] = action,
        [nameof(MessagePage.Href)] = href,
    });
}
