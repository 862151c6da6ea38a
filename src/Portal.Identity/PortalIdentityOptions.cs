using Microsoft.AspNetCore.Http;

namespace Portal.Identity;

/// <summary>Settings of the identity room; checked at start, all faults at once.</summary>
public sealed class PortalIdentityOptions
{
    /// <summary>Address under which browsers reach the portal, without a path, e.g. <c>http://localhost:5080</c>. It is the issuer of the embedded server.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Npgsql connection string of the database <c>portal</c> as the run-time role.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Directory of the key files (signing, encryption, data protection); created with mode 0700, files with 0600.</summary>
    public string KeysDirectory { get; set; } = "";

    /// <summary>File that receives the one-time set-up code (mode 0600); removed once it is used.</summary>
    public string SetupCodePath { get; set; } = "";

    /// <summary>Issuer of another OpenID Connect provider; null for the embedded one.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Client id of the console at the provider.</summary>
    public string ClientId { get; set; } = "portal-console";

    /// <summary>Client secret of the console; null for a public client (PKCE is used in either case).</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Allows a public URL with plain http on something else than loopback. Credentials then travel readable.</summary>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>Where this very process listens, for the console's own requests to the embedded server; null: found from the server's addresses.</summary>
    public Uri? BackchannelAddress { get; set; }

    /// <summary>Further origins (<c>scheme://host[:port]</c>) from which browsers may send changing requests and open circuits.</summary>
    public IList<string> AdditionalOrigins { get; } = [];

    /// <summary>Longest life of a session.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>A session unused for this long ends.</summary>
    public TimeSpan SessionIdleTimeout { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Life of an access token.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest life of an API token.</summary>
    public TimeSpan ApiTokenMaxLifetime { get; set; } = TimeSpan.FromDays(366);

    /// <summary>True when the embedded server is the console's provider.</summary>
    public bool IsEmbedded => Authority is null || Authority == PublicUrl;

    /// <summary>Suffix that keeps the cookies of two instances on one host name apart: browsers do not separate cookies by port.</summary>
    internal string CookieSuffix => PublicUrl is { IsDefaultPort: false } url ? $"-{url.Port}" : "";

    /// <summary>Host, and port where it is not the scheme's own, as browsers send it.</summary>
    internal HostString PublicHost => PublicUrl!.IsDefaultPort ? new HostString(PublicUrl.IdnHost) : new HostString(PublicUrl.IdnHost, PublicUrl.Port);

    internal bool IsHttps => PublicUrl?.Scheme == Uri.UriSchemeHttps;

    internal string CookieName(string name) => (IsHttps ? "__Host-" : "") + name + CookieSuffix;
}
