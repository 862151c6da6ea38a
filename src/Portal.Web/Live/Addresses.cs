namespace Portal.Web.Live;

/// <summary>The console's addresses; the one place that knows their shape.</summary>
internal static class Addresses
{
    public static string Team(string team, string? section = null) => Join($"/t/{Escape(team)}", section);

    public static string Project(string team, string project, string? section = null) => Join($"{Team(team)}/p/{Escape(project)}", section);

    public static string Apps(string team, string project, string environment) => $"{Project(team, project)}/e/{Escape(environment)}/apps";

    /// <summary>A page of an environment beside its apps.</summary>
    public static string Environment(string team, string project, string environment, string section) => $"{Project(team, project)}/e/{Escape(environment)}/{section}";

    public static string WhatIf(string team, string project, string environment) => $"{Project(team, project)}/e/{Escape(environment)}/what-if";

    public static string NewApp(string team, string project, string environment) => $"{Apps(team, project, environment)}/new";

    public static string App(string team, string project, string environment, string app, string? tab = null) => Join($"{Apps(team, project, environment)}/{Escape(app)}", tab);

    /// <summary>The nodes of the embedded cluster, for operators.</summary>
    public const string Nodes = "/platform/nodes";

    public static string Node(string node) => $"{Nodes}/{Escape(node)}";

    /// <summary>The clusters of the platform, for its administrators.</summary>
    public const string Clusters = "/platform/clusters";

    /// <param name="team">The team whose cluster it is; null for one of the platform.</param>
    /// <param name="cluster">The cluster.</param>
    public static string Cluster(string? team, string cluster) => $"{(team is null ? Clusters : Team(team, "clusters"))}/{Escape(cluster)}";

    private static string Join(string path, string? section) => section is null ? path : $"{path}/{section}";

    private static string Escape(string part) => Uri.EscapeDataString(part);
}
