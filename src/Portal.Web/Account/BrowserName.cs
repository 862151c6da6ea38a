using static Portal.Web.Language.Words;

namespace Portal.Web.Account;

/// <summary>A short name for a browser, good enough for its owner to recognise a session.</summary>
internal static class BrowserName
{
    // The order matters: Edge and Opera also say "Chrome", and Chrome also says "Safari".
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")];

    public static string From(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
            return L("Unknown browser");
        var browser = Find(Browsers, userAgent);
        var system = Find(Systems, userAgent);
        return (browser, system) switch
        {
            (null, _) => userAgent.Length > 40 ? userAgent[..40] : userAgent,
            (_, null) => browser,
            _ => F($"{browser} on {system}"),
        };
    }

    private static string? Find((string Mark, string Name)[] marks, string text) =>
        marks.FirstOrDefault(mark => text.Contains(mark.Mark, StringComparison.Ordinal)).Name;
}
