using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Portal.Identity.Edge;

/// <summary>Response headers that every answer of the portal carries.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<PortalIdentityOptions> options)
{
    public const string NonceItem = "Portal.Identity.CspNonce";

    public Task InvokeAsync(HttpContext context)
    {
        context.Items[NonceItem] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        context.Response.OnStarting(state =>
        {
            Write((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    }

    private void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy(context);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not "no-referrer": under it browsers send "Origin: null" with the portal's own forms (Fetch, 3.2).
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        if (options.Value.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        // Static files set their own caching; whatever an account can see is kept by nobody.
        if (context.User.Identity is { IsAuthenticated: true } && (headers.CacheControl.Count == 0 || IsPage(context)))
            headers.CacheControl = "no-store";
    }

    private static bool IsPage(HttpContext context) =>
        context.Response.ContentType is { } type
        && (type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase));

    // Style attributes stay allowed: charts, terminals and PatternFly's own markup set them, and they run no code.
    // form-action also binds the redirects that follow a form, hence the provider's and a signing-in client's origin.
    private string Policy(HttpContext context)
    {
        // Some browsers do not count a WebSocket of the own host as 'self'. The host is the configured one: the request's is the client's to write.
        var host = options.Value.PublicHost.ToUriComponent();
        var socket = options.Value.IsHttps ? $"wss://{host}" : $"ws://{host}";
        var formTargets = string.Join(' ', FormTargets(context));
        return $"default-src 'self'; script-src 'self' 'nonce-{context.Items[NonceItem]}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            + $"font-src 'self' data:; connect-src 'self' {socket}; object-src 'none'; base-uri 'self'; form-action 'self'{formTargets}; frame-ancestors 'none'";
    }

    private IEnumerable<string> FormTargets(HttpContext context)
    {
        if (!options.Value.IsEmbedded)
            yield return " " + options.Value.Authority!.GetLeftPart(UriPartial.Authority);
        if (context.Items.TryGetValue(FormTargetItem, out var target) && target is string origin)
            yield return " " + origin;
    }

    /// <summary>Item that names one further origin to which this page's form may lead.</summary>
    public const string FormTargetItem = "Portal.Identity.FormTarget";
}
