using Microsoft.AspNetCore.Http;

namespace Portal.Identity.Edge;

/// <summary>The nonce of the response's content security policy.</summary>
public static class CspNonceExtensions
{
    /// <summary>The value for the <c>nonce</c> attribute of inline scripts (such as the import map) of this response; base64, new for each request.</summary>
    public static string? GetCspNonce(this HttpContext context) => context?.Items[SecurityHeaders.NonceItem] as string;
}
