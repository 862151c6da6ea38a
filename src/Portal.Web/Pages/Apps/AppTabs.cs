using static Portal.Web.Language.Words;

namespace Portal.Web.Pages.Apps;

/// <summary>The tabs of the page of an app, in their order. A new tab adds its line here and nowhere else: links, palette and the keys <c>[</c> and <c>]</c> follow.</summary>
internal static class AppTabs
{
    /// <summary>The first tab, whose address is the app's own.</summary>
    public const string First = "overview";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AppTabEntry> All =>
    [
        new(First, L("Overview"), typeof(AppOverview)),
        new("releases", L("Releases"), typeof(AppReleases)),
        new("logs", L("Logs"), typeof(AppLogs)),
        new("metrics", L("Metrics"), typeof(AppMetrics)),
        new("instances", L("Instances"), typeof(AppInstances)),
        new("config", L("Config"), typeof(AppConfig)),
        new("network", L("Network"), typeof(AppNetwork)),
        new("storage", L("Storage"), typeof(AppStorage)),
        new("events", L("Events"), typeof(AppEvents)),
        new("webhooks", L("Webhooks"), typeof(AppWebhooks)),
        new("settings", L("Settings"), typeof(AppSettings)),
    ];
}
