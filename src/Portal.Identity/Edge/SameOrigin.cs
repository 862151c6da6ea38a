using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Portal.Identity.Edge;

/// <summary>Refuses changing requests and WebSocket upgrades that another site makes a browser send. Cookies travel with such
/// requests unasked; an Authorization header does not, so requests with one pass.</summary>
internal sealed class SameOrigin(RequestDelegate next, IOptions<PortalIdentityOptions> options, ILogger<SameOrigin> logger)
{
    private const string FetchSite = "Sec-Fetch-Site";

    public Task InvokeAsync(HttpContext context)
    {
        if (!NeedsCheck(context.Request) || IsAllowed(context.Request))
            return next(context);
        logger.ForeignOrigin(context.Request.Method, context.Request.Path);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool NeedsCheck(HttpRequest request)
    {
        var safe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        // HTTP/2 opens WebSockets with CONNECT, which is not safe and so is checked anyway.
        var upgrade = request.Headers.ContainsKey(HeaderNames.Upgrade) || request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase);
        return (!safe || upgrade) && request.Headers.Authorization.Count == 0;
    }

    private bool IsAllowed(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count > 0)
            return origin.Count == 1 && IsOwn(request, origin.ToString());
        // No Origin: not a browser's cross-site request, unless it is too old to say. With the session's cookie only a browser that says so passes.
        return request.Headers[FetchSite].ToString() is var site && site.Length > 0
            ? site is "same-origin" or "none"
            : !request.Cookies.ContainsKey(options.Value.CookieName(CookieNames.Portal)) && !request.Cookies.ContainsKey(options.Value.CookieName(CookieNames.Server))
                || HttpMethods.IsGet(request.Method);
    }

    private bool IsOwn(HttpRequest request, string origin)
    {
        if (origin == options.Value.PublicUrl!.GetLeftPart(UriPartial.Authority) || options.Value.AdditionalOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
            return true;
        // The same machine by another of its loopback names, when that is where the request went.
        return Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
            && origin == $"{request.Scheme}://{request.Host.ToUriComponent()}";
    }
}
