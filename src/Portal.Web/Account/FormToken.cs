using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Portal.Web.Account;

/// <summary>The hidden antiforgery field of a form.</summary>
public sealed record FormToken(string Name, string Value)
{
    public static FormToken For(HttpContext http, IAntiforgery antiforgery)
    {
        var tokens = antiforgery.GetAndStoreTokens(http);
        return new FormToken(tokens.FormFieldName, tokens.RequestToken!);
    }
}
