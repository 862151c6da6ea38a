using Microsoft.Extensions.Options;

namespace Portal.Identity;

internal sealed class PortalIdentityOptionsValidator : IValidateOptions<PortalIdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, PortalIdentityOptions options)
    {
        var faults = new List<string>();
        CheckUrl(options, faults);
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
            faults.Add("Identity:ConnectionString: the connection string of the portal's database is missing.");
        if (!Path.IsPathFullyQualified(options.KeysDirectory))
            faults.Add("Identity:KeysDirectory: an absolute path of a directory is needed.");
        if (!Path.IsPathFullyQualified(options.SetupCodePath))
            faults.Add("Identity:SetupCodePath: an absolute path of a file is needed.");
        if (string.IsNullOrWhiteSpace(options.ClientId))
            faults.Add("Identity:ClientId: the console's client id is missing.");
        if (options.Authority is { } authority && !authority.IsAbsoluteUri)
            faults.Add("Identity:Authority: an absolute URL is needed.");
        if (options.Authority is { IsAbsoluteUri: true } foreign && foreign.Scheme != Uri.UriSchemeHttps && !foreign.IsLoopback && !options.AllowInsecureHttp)
            faults.Add("Identity:Authority: https is needed for a provider that is not on this machine.");
        foreach (var origin in options.AdditionalOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin)
                faults.Add($"Identity:AdditionalOrigins: '{origin}' is not of the form scheme://host[:port].");
        }

        CheckSpan(faults, options.SessionLifetime, nameof(options.SessionLifetime));
        CheckSpan(faults, options.SessionIdleTimeout, nameof(options.SessionIdleTimeout));
        CheckSpan(faults, options.AccessTokenLifetime, nameof(options.AccessTokenLifetime));
        CheckSpan(faults, options.ApiTokenMaxLifetime, nameof(options.ApiTokenMaxLifetime));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckUrl(PortalIdentityOptions options, List<string> faults)
    {
        if (options.PublicUrl is not { IsAbsoluteUri: true } url || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            faults.Add("Identity:PublicUrl: an absolute http or https URL is needed.");
            return;
        }

        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
            faults.Add("Identity:PublicUrl: only scheme, host and port are allowed, no path.");
        if (url.Scheme == Uri.UriSchemeHttp && !IsLoopbackName(url) && !options.AllowInsecureHttp)
            faults.Add("Identity:PublicUrl: plain http is allowed on localhost only; use https, or set Identity:AllowInsecureHttp.");
    }

    // Uri.IsLoopback knows "localhost" and loopback literals; names below .localhost resolve to loopback by RFC 6761.
    private static bool IsLoopbackName(Uri url) => url.IsLoopback || url.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static void CheckSpan(List<string> faults, TimeSpan value, string key)
    {
        if (value <= TimeSpan.Zero)
            faults.Add($"Identity:{key}: a positive duration is needed.");
    }
}
