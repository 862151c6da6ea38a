using System.Net;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Kube.Network.Ingress.Forwarding;

/// <summary>What the ingress itself has to say: pages in plain words for browsers, a line of text for everything else.</summary>
internal static class IngressPages
{
    /// <summary>404: nobody claims the host, or its rules leave the path open.</summary>
    public static Task NotFoundAsync(HttpContext context, bool hostKnown) => WriteAsync(
        context, StatusCodes.Status404NotFound,
        hostKnown ? "Nothing is served at this path" : "No app answers at this address",
        hostKnown ? $"The app at {context.Request.Host.Host} has no rule for this path." : $"No app has the domain {context.Request.Host.Host}. Check the address, or add the domain to an app.");

    /// <summary>503: the rule's service has no ready endpoint.</summary>
    public static Task UnavailableAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        return WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "The app is not ready", "No instance of the app is ready to answer. It may be starting or scaled to zero; try again in a moment.");
    }

    /// <summary>502 or 504: endpoints exist, but none gave an answer.</summary>
    public static Task FailedAsync(HttpContext context, ForwarderError error)
    {
        context.Response.Clear();
        if (error is ForwarderError.RequestTimedOut)
            return WriteAsync(context, StatusCodes.Status504GatewayTimeout, "The app took too long", "An instance of the app took the request but did not answer in time.");
        if (error is ForwarderError.RequestBodyClient)
            return WriteAsync(context, StatusCodes.Status400BadRequest, "The request broke off", "The request's body ended before it was complete.");
        context.Response.Headers.RetryAfter = "2";
        return WriteAsync(context, StatusCodes.Status502BadGateway, "The app did not answer", "An instance of the app refused or broke the connection; try again in a moment.");
    }

    private static async Task WriteAsync(HttpContext context, int status, string title, string text)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        if (context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            response.ContentType = "text/html; charset=utf-8";
            response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
            await response.WriteAsync(
                $$$"""
                <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{{WebUtility.HtmlEncode(title)}}}</title>
                <style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem;color:#151515;background:#fff}@media(prefers-color-scheme:dark){body{color:#e0e0e0;background:#151515}}</style></head>
                <body><h1>{{{WebUtility.HtmlEncode(title)}}}</h1><p>{{{WebUtility.HtmlEncode(text)}}}</p></body></html>
                """, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        response.ContentType = "text/plain; charset=utf-8";
        await response.WriteAsync($"{title}. {text}\n", context.RequestAborted).ConfigureAwait(false);
    }
}
