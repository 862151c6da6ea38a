using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;

namespace Portal.Identity.Sessions;

/// <summary>A cookie is worth what its session is worth: asked at every request, and the claims follow the account.</summary>
internal sealed class SessionCookieEvents(SessionRegistry sessions) : CookieAuthenticationEvents
{
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var state = await sessions.FindAsync(context.Principal?.FindFirst(PortalClaims.SessionId)?.Value, context.HttpContext.RequestAborted);
        if (state is null)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(context.Scheme.Name);
        }
        else if (!SessionPrincipal.Agrees(context.Principal!, state))
        {
            context.ReplacePrincipal(SessionPrincipal.Renew(context.Principal!, state, context.Scheme.Name));
        }
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context) => Answer(context, StatusCodes.Status401Unauthorized);

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context) => Answer(context, StatusCodes.Status403Forbidden);

    // Only a browser that loads a page can follow a redirect to a form; everything else gets the status.
    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var request = context.Request;
        var isPage = HttpMethods.IsGet(request.Method)
            && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (isPage)
            context.Response.Redirect(context.RedirectUri);
        else
            context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
