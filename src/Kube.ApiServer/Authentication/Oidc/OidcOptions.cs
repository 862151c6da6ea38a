namespace Kube.ApiServer.Authentication.Oidc;

/// <summary>
/// An OpenID Connect provider whose tokens people may use; the settings of
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#configuring-the-api-server.
/// </summary>
public sealed class OidcOptions
{
    /// <summary>The issuer, exactly as its tokens say it in <c>iss</c> (<c>--oidc-issuer-url</c>); empty for no provider. Plain http only on this machine.</summary>
    public string IssuerUrl { get; set; } = "";

    /// <summary>Whom the tokens must be for (<c>--oidc-client-id</c>).</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The claim that names the user (<c>--oidc-username-claim</c>); an <c>email</c> counts only when <c>email_verified</c> is not false.</summary>
    public string UsernameClaim { get; set; } = "sub";

    /// <summary>Put before the user's name (<c>--oidc-username-prefix</c>), so that no provider names a user of the cluster. Null: the issuer and <c>#</c>, or nothing for <c>email</c>; <c>-</c>: nothing.</summary>
    public string? UsernamePrefix { get; set; }

    /// <summary>The claim that lists the groups (<c>--oidc-groups-claim</c>); null for none.</summary>
    public string? GroupsClaim { get; set; }

    /// <summary>Put before each group (<c>--oidc-groups-prefix</c>).</summary>
    public string GroupsPrefix { get; set; } = "";

    internal string Prefix => UsernamePrefix switch
    {
        "-" => "",
        null => UsernameClaim == "email" ? "" : IssuerUrl + "#",
        var prefix => prefix,
    };

    internal bool IsOn => IssuerUrl.Length > 0;

    internal IEnumerable<string> Faults()
    {
        if (!IsOn)
            yield break;
        if (!Uri.TryCreate(IssuerUrl, UriKind.Absolute, out var issuer) || !(issuer.Scheme == Uri.UriSchemeHttps || (issuer.Scheme == Uri.UriSchemeHttp && issuer.IsLoopback)))
            yield return $"Oidc.{nameof(IssuerUrl)}: \"{IssuerUrl}\" must be an https address";
        if (ClientId.Length == 0)
            yield return $"Oidc.{nameof(ClientId)}: is required";
        if (UsernameClaim.Length == 0)
            yield return $"Oidc.{nameof(UsernameClaim)}: is required";
    }
}
