using Bunit;
using Portal.Core.Activity;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Web.Pages;
using Portal.Web.Pages.Apps;
using Portal.Web.Pages.Clusters;
using Portal.Web.Pages.Nodes;
using Portal.Web.Tests.Doubles;

namespace Portal.Web.Tests.States;

/// <summary>One row for each page and each tab of an app. A page without a row, or a row that says nothing about a state, fails <see cref="Every_page_has_every_state"/>.</summary>
internal static class PageRows
{
    private const string NoFilter = "the list is short and has no filter";
    private const string NotLive = "what it shows changes only when somebody changes it here; Retry keeps the last good data";
    private const string NotAList = "it shows one thing, which is there";
    private const string OnePart = "it has one part";

    public static readonly IReadOnlyDictionary<Type, PageRow> All = new Dictionary<Type, PageRow>
    {
        [typeof(Home)] = new()
        {
            Show = context => context.Render<Home>(),
            Fill = context => context.Teams.All.Add(new(Guid.NewGuid(), "acme", "Acme", Role.Owner, 1, 1, Place.Now)),
            Empty = "Start with a team",
            Without = new Dictionary<PageState, string>
            {
                [PageState.EmptyFiltered] = NoFilter,
                [PageState.Stale] = NotLive,
                [PageState.Forbidden] = "everybody may create a team",
                [PageState.Missing] = "there is always a home",
                [PageState.Partial] = OnePart,
            },
        },
        [typeof(NotFound)] = new()
        {
            Show = context => context.Render<NotFound>(),
            Empty = "There is nothing at this address",
            Without = Except("it asks for nothing", PageState.Loading, PageState.EmptyFiltered, PageState.Error, PageState.Stale, PageState.Forbidden, PageState.Missing, PageState.Partial),
        },
        [typeof(TeamProjects)] = new()
        {
            Show = context => context.Render<TeamProjects>(with => with.Add(p => p.Team, "acme")),
            Fill = context => context.Projects.All.Add(new(Guid.NewGuid(), "acme", "shop", 1, 1, false, Place.Now)),
            Empty = "No projects yet",
            Forbidden = "Create project",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive, [PageState.Partial] = OnePart },
        },
        [typeof(TeamMembers)] = new()
        {
            Show = context => context.Render<TeamMembers>(with => with.Add(p => p.Team, "acme")),
            Forbidden = "Add member",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = "a team has an owner", [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive },
        },
        [typeof(TeamSettings)] = new()
        {
            Show = context => context.Render<TeamSettings>(with => with.Add(p => p.Team, "acme")),
            Fill = context => context.Teams.All.Add(new(Guid.NewGuid(), "acme", "Acme", Role.Owner, 1, 1, Place.Now)),
            Forbidden = "Delete team…",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = NotLive },
        },
        [typeof(TeamAudit)] = new()
        {
            Show = context => context.Render<TeamAudit>(with => with.Add(p => p.Team, "acme")),
            Empty = "Nothing happened yet",
            Filtered = "/t/acme/audit?actor=zzzz",
            Forbidden = "Verify the chain",
            Without = new Dictionary<PageState, string> { [PageState.Stale] = NotLive },
        },
        [typeof(TeamImport)] = new()
        {
            Show = context => context.Render<TeamImport>(with => with.Add(p => p.Team, "acme")),
            Forbidden = "Review plan",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = NotLive },
        },
        [typeof(TeamUsage)] = new()
        {
            Show = context => context.Render<TeamUsage>(with => with.Add(p => p.Team, "acme")),
            Forbidden = "Send the request",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = "there is always a quota", [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive },
        },
        [typeof(EnvironmentVolumes)] = new()
        {
            Show = context => context.Render<EnvironmentVolumes>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production")),
            Fill = context => context.Volumes.All.AddRange([FakeVolumes.View("data"), FakeVolumes.View("old", inUse: false)]),
            Empty = "No volumes yet",
            Forbidden = "Delete old…",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive },
        },
        [typeof(EnvironmentDomains)] = new()
        {
            Show = context => context.Render<EnvironmentDomains>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production")),
            Fill = FillApp,
            Empty = "No domains yet",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive, [PageState.Forbidden] = "it changes nothing" },
        },
        [typeof(EnvironmentConfig)] = new()
        {
            Show = context => context.Render<EnvironmentConfig>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production")),
            Fill = FillApp,
            Empty = "No variables and secrets yet",
            Filtered = "/t/acme/p/shop/e/production/config?q=zzzz",
            Without = new Dictionary<PageState, string> { [PageState.Stale] = NotLive, [PageState.Forbidden] = "it changes nothing" },
        },
        [typeof(EnvironmentJobs)] = new()
        {
            Show = context => context.Render<EnvironmentJobs>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production")),
            Fill = context => context.Apps.All.Add(Samples.App(declaration: Samples.Declaration() is var plain ? plain with { Spec = plain.Spec with { Processes = plain.Spec.Processes.Add("nightly", new() { Schedule = "30 2 * * *" }) } } : null)),
            Empty = "No jobs yet",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive, [PageState.Forbidden] = "it changes nothing" },
        },
        [typeof(TeamNotifications)] = new()
        {
            Show = context => context.Render<TeamNotifications>(with => with.Add(p => p.Team, "acme")),
            Fill = context => context.Notifications.All.Add(FakeNotifications.Channel("ops")),
            Empty = "No channels yet",
            Forbidden = "Add channel",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive },
        },
        [typeof(ProjectActivity)] = new()
        {
            Show = context => context.Render<ProjectActivity>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop")),
            Fill = context => context.Activity.All.Add(new(Place.Now, ActivityKind.Release, "ada@example.com", "production", "hello", "Release 3", "", "Live")),
            Empty = "Nothing happened yet",
            Filtered = "/t/acme/p/shop/activity?kind=zzzz",
            Without = new Dictionary<PageState, string> { [PageState.Stale] = NotLive, [PageState.Forbidden] = "it changes nothing" },
        },
        [typeof(ProjectEnvironments)] = new()
        {
            Show = context => context.Render<ProjectEnvironments>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop")),
            Fill = context => context.Environments.All.Add(FakeEnvironments.View("staging")),
            Empty = "No environments yet",
            Forbidden = "Create environment",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive, [PageState.Partial] = OnePart },
        },
        [typeof(ProjectSettings)] = new()
        {
            Show = context => context.Render<ProjectSettings>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop")),
            Fill = context => context.Environments.All.Add(FakeEnvironments.View("staging")),
            Forbidden = "Delete project…",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = NotLive },
        },
        [typeof(AppList)] = new()
        {
            Show = context => context.Render<AppList>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production")),
            Fill = FillApp,
            Empty = "No apps yet",
            Filtered = "/t/acme/p/shop/e/production/apps?q=zzzz",
            Break = context => context.Observer.Break(),
            Forbidden = "Declare an app",
            Without = new Dictionary<PageState, string> { [PageState.Partial] = OnePart },
        },
        [typeof(AppNew)] = new()
        {
            Show = context => context.Render<AppNew>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production")),
            Forbidden = "Review plan",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = NotLive },
        },
        [typeof(AppEdit)] = new()
        {
            Show = context => context.Render<AppEdit>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production").Add(p => p.App, "hello")),
            Fill = FillApp,
            Forbidden = "Review plan",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = NotLive },
        },
        [typeof(AppPage)] = Tab(null, forbidden: null, [PageState.EmptyFirstUse, PageState.EmptyFiltered, PageState.Forbidden]),
        [typeof(AppOverview)] = Tab("overview", "Cancel rollout", [PageState.EmptyFirstUse, PageState.EmptyFiltered], context => context.Observer.Publish(Samples.Snapshot(rollout: Samples.Rollout(state: RolloutState.Rolling)))),
        [typeof(AppReleases)] = Tab("releases", "Roll back to release 1", [PageState.EmptyFiltered], context => context.Releases.All.AddRange([Samples.Release(2), Samples.Release(1)]), empty: "No releases yet"),
        [typeof(AppLogs)] = Tab("logs", forbidden: null, [PageState.EmptyFirstUse, PageState.EmptyFiltered, PageState.Partial, PageState.Forbidden]),
        [typeof(AppInstances)] = Tab("instances", forbidden: null, [PageState.EmptyFirstUse, PageState.EmptyFiltered, PageState.Forbidden]),
        [typeof(AppConfig)] = Tab("config", "Set secret", [PageState.EmptyFirstUse, PageState.EmptyFiltered]),
        [typeof(AppNetwork)] = Tab("network", "Add domain", [PageState.EmptyFirstUse, PageState.EmptyFiltered]),
        [typeof(AppStorage)] = Tab("storage", "Delete old…", [PageState.EmptyFiltered], context => context.Volumes.All.AddRange([FakeVolumes.View("data"), FakeVolumes.View("old", inUse: false)]), empty: "No volumes yet."),
        [typeof(AppEvents)] = Tab("events", forbidden: null, [PageState.EmptyFirstUse, PageState.Forbidden], filtered: "/t/acme/p/shop/e/production/apps/hello/events?q=zzzz"),
        [typeof(AppMetrics)] = Tab("metrics", forbidden: null, [PageState.EmptyFirstUse, PageState.EmptyFiltered, PageState.Partial, PageState.Forbidden]),
        [typeof(AppWebhooks)] = Tab("webhooks", "Create endpoint", [PageState.EmptyFiltered], empty: "No endpoints yet."),
        [typeof(AppSettings)] = Tab("settings", "Delete app…", [PageState.EmptyFirstUse, PageState.EmptyFiltered]),
        [typeof(WhatIfPage)] = new()
        {
            Show = context => context.Render<WhatIfPage>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production")),
            Fill = FillApp,
            Empty = "Nothing to ask about yet",
            Forbidden = "Ask the scheduler",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = "an answer is about the moment it was asked for" },
        },
        [typeof(NodeList)] = new()
        {
            Show = context => context.Render<NodeList>(),
            Fill = context => context.Nodes.All.Add(FakeNodes.View()),
            Empty = "No nodes yet",
            Filtered = "/platform/nodes?q=zzzz",
            Break = context => context.Nodes.Break(),
            ForPlatformOnly = true,
            Without = new Dictionary<PageState, string> { [PageState.Missing] = "there is always a list", [PageState.Partial] = OnePart },
        },
        [typeof(TeamClusters)] = new()
        {
            Show = context => context.Render<TeamClusters>(with => with.Add(p => p.Team, "acme")),
            Fill = context => context.Clusters.All.Add(FakeClusters.View("far", "acme")),
            Empty = "No clusters yet",
            Forbidden = "Add a cluster",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive },
        },
        [typeof(TeamCluster)] = new()
        {
            Show = context => context.Render<TeamCluster>(with => with.Add(p => p.Team, "acme").Add(p => p.Cluster, "far")),
            Fill = context => context.Clusters.All.Add(FakeClusters.View("far", "acme")),
            Forbidden = "Check now",
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = "it asks every five seconds; a failed asking keeps the last good data, which the reload test of Async shows" },
        },
        [typeof(PlatformClusters)] = new()
        {
            Show = context => context.Render<PlatformClusters>(),
            Fill = context => context.Clusters.All.Add(FakeClusters.View("shared")),
            Empty = "No clusters yet",
            ForPlatformOnly = true,
            Without = new Dictionary<PageState, string> { [PageState.EmptyFiltered] = NoFilter, [PageState.Stale] = NotLive, [PageState.Missing] = "there is always a list", [PageState.Partial] = OnePart },
        },
        [typeof(PlatformCluster)] = new()
        {
            Show = context => context.Render<PlatformCluster>(with => with.Add(p => p.Cluster, "shared")),
            Fill = context => context.Clusters.All.Add(FakeClusters.View("shared")),
            ForPlatformOnly = true,
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = "it asks every five seconds; a failed asking keeps the last good data, which the reload test of Async shows", [PageState.Partial] = OnePart },
        },
        [typeof(NodePage)] = new()
        {
            Show = context => context.Render<NodePage>(with => with.Add(p => p.Node, "node-1")),
            Fill = context => context.Nodes.All.Add(FakeNodes.View()),
            ForPlatformOnly = true,
            Without = new Dictionary<PageState, string> { [PageState.EmptyFirstUse] = NotAList, [PageState.EmptyFiltered] = NotAList, [PageState.Stale] = "it asks every two seconds; a failed asking keeps the last good data, which the reload test of Async shows" },
        },
    };

    private static PageRow Tab(string? tab, string? forbidden, PageState[] without, Action<ConsoleContext>? fill = null, string? empty = null, string? filtered = null) => new()
    {
        Show = context => context.Render<AppPage>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production").Add(p => p.App, "hello").Add(p => p.Tab, tab)),
        Fill = context =>
        {
            // An app without its tab's things is there in the empty state too.
            if (context.Apps.All.Count == 0) FillApp(context);
            fill?.Invoke(context);
        },
        Empty = empty,
        Filtered = filtered,
        Break = context => context.Observer.Break(),
        Forbidden = forbidden,
        Without = Except("the tab shows one thing, which is there, or changes nothing", without),
    };

    private static void FillApp(ConsoleContext context)
    {
        context.Apps.All.Add(Samples.App());
        context.Observer.Publish(Samples.Snapshot());
    }

    private static Dictionary<PageState, string> Except(string why, params PageState[] states) => states.ToDictionary(state => state, _ => why);
}
