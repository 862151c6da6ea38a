namespace Portal.Identity.Edge;

internal static class CookieNames
{
    public const string Portal = "portal";
    public const string Server = "portal-server";
    public const string Device = "portal-device";
    public const string Antiforgery = "portal-csrf";
}
