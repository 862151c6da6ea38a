namespace Portal.Identity.Server;

/// <summary>Paths of the OpenID Connect server and of the pages it sends people to.</summary>
internal static class ConnectPaths
{
    public const string Authorize = "/connect/authorize";
    public const string Token = "/connect/token";
    public const string UserInfo = "/connect/userinfo";
    public const string EndSession = "/connect/logout";
    public const string Introspect = "/connect/introspect";
    public const string Revoke = "/connect/revoke";
    public const string SignIn = "/sign-in";
    public const string Login = "/account/login";
    public const string Confirm = "/account/confirm";
    public const string Logout = "/account/sign-out";
    public const string AccessDenied = "/access-denied";
    public const string SignInFailed = "/sign-in-failed";
    public const string Setup = "/setup";
    public const string Profile = "/account";
    public const string SignedOut = "/signed-out";
    public const string Callback = "/signin-oidc";
    public const string SignedOutCallback = "/signout-callback-oidc";
}
