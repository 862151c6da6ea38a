using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Integration.Tests.Core;

/// <summary>Believes the header <c>x-user</c> ("id email [seconds since 1970 of the sign-in]"): what identity does with cookies and tokens is not what these tests are about.</summary>
internal sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers["x-user"] is not [{ } user]) return Task.FromResult(AuthenticateResult.NoResult());
        var parts = user.Split(' ');
        var identity = new ClaimsIdentity([new("sub", parts[0]), new("email", parts[1])], Scheme.Name);
        if (parts.Length > 2) identity.AddClaim(new("portal:authenticated", parts[2]));
        return Task.FromResult(AuthenticateResult.Success(new(new(identity), Scheme.Name)));
    }
}
