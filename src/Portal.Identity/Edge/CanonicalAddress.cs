using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Portal.Identity.Edge;

/// <summary>The OpenID Connect endpoints know one address, the public one, whatever Host header or proxy a request came with:
/// nothing a client sends reaches an issuer, a link or a redirect.</summary>
internal sealed class CanonicalAddress(RequestDelegate next, IOptions<PortalIdentityOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/.well-known", StringComparison.OrdinalIgnoreCase))
        {
            context.Request.Scheme = options.Value.PublicUrl!.Scheme;
            context.Request.Host = options.Value.PublicHost;
        }

        // With an https address some proxy ends TLS before us; the last hop's plain http must not turn links and cookies into plain ones.
        if (options.Value.IsHttps)
            context.Request.Scheme = Uri.UriSchemeHttps;
        return next(context);
    }
}
