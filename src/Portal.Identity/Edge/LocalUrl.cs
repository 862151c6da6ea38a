namespace Portal.Identity.Edge;

/// <summary>Return addresses: only a path on this very site.</summary>
internal static class LocalUrl
{
    /// <summary>True for <c>/</c> or <c>/path...</c> that no browser reads as another site: no <c>//</c>, no backslash, no control
    /// characters (browsers drop tabs and newlines before they parse, WHATWG URL 4.4).</summary>
    public static bool IsLocal(string? url) =>
        url is ['/', ..]
        && url.Length <= 4096
        && (url.Length == 1 || url[1] != '/')
        && !url.Any(c => c == '\\' || char.IsControl(c) || char.IsSurrogate(c));

    public static string OrHome(string? url) => IsLocal(url) ? url! : "/";
}
