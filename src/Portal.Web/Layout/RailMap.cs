using Portal.Core.Members;
using Portal.Web.Live;
using Portal.Web.Ui;
using static Portal.Web.Language.Words;

namespace Portal.Web.Layout;

/// <summary>
/// What the rail, the palette and the shortcut sheet lead to, from the deepest place in the address up to the platform. A new page below one of these places
/// adds its line here and nowhere else.
/// </summary>
internal static class RailMap
{
    /// <summary>Pages of an environment: <c>/t/{team}/p/{project}/e/{environment}/{section}</c>.</summary>
    public static IReadOnlyList<RailItem> OfEnvironment(string team, string project, string environment) =>
    [
        new("apps", IconName.Apps, L("Apps"), Addresses.Apps(team, project, environment), 'a'),
        new("domains", IconName.Globe, L("Domains"), Addresses.Environment(team, project, environment, "domains")),
        new("config", IconName.Key, L("Config and secrets"), Addresses.Environment(team, project, environment, "config")),
        new("jobs", IconName.Release, L("Jobs"), Addresses.Environment(team, project, environment, "jobs")),
        new("volumes", IconName.Instance, L("Volumes"), Addresses.Environment(team, project, environment, "volumes")),
        new("what-if", IconName.Help, L("What if"), Addresses.WhatIf(team, project, environment), 'w'),
    ];

    /// <summary>Pages of a project: <c>/t/{team}/p/{project}/{section}</c>.</summary>
    public static IReadOnlyList<RailItem> OfProject(string team, string project) =>
    [
        new("", IconName.Environment, L("Environments"), Addresses.Project(team, project), 'e'),
        new("activity", IconName.Activity, L("Activity"), Addresses.Project(team, project, "activity")),
        new("settings", IconName.Settings, L("Project settings"), Addresses.Project(team, project, "settings")),
    ];

    /// <summary>Pages of a team: <c>/t/{team}/{section}</c>.</summary>
    public static IReadOnlyList<RailItem> OfTeam(string team) =>
    [
        new("", IconName.Project, L("Projects"), Addresses.Team(team), 'p'),
        new("members", IconName.Members, L("Members"), Addresses.Team(team, "members"), 'u'),
        new("notifications", IconName.Webhook, L("Notifications"), Addresses.Team(team, "notifications")),
        new("clusters", IconName.Globe, L("Clusters"), Addresses.Team(team, "clusters")),
        new("usage", IconName.Activity, L("Usage and quota"), Addresses.Team(team, "usage")),
        new("audit", IconName.Lock, L("Audit"), Addresses.Team(team, "audit")),
        new("settings", IconName.Settings, L("Team settings"), Addresses.Team(team, "settings")),
    ];

    /// <summary>Pages of the platform, for those with a role over it: <c>/platform/{section}</c>.</summary>
    public static IReadOnlyList<RailItem> OfPlatform(PlatformRoles roles)
    {
        List<RailItem> items = [];
        if ((roles & (PlatformRoles.PlatformAdmin | PlatformRoles.NodeOperator)) != PlatformRoles.None) items.Add(new("platform/nodes", IconName.Node, L("Nodes"), Addresses.Nodes, 'n'));
        if ((roles & PlatformRoles.PlatformAdmin) != PlatformRoles.None) items.Add(new("platform/clusters", IconName.Globe, L("Clusters"), Addresses.Clusters));
        return items;
    }
}
