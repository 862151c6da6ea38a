namespace Portal.Web.Live;

/// <summary>Where in the tree of teams the address points to. The address is the state: switchers and the rail are drawn from it alone.</summary>
/// <param name="Team">The team in the address.</param>
/// <param name="Project">The project in the address.</param>
/// <param name="Environment">The environment in the address.</param>
/// <param name="App">The app in the address.</param>
/// <param name="Section">The page below the deepest of them, such as <c>members</c> or <c>logs</c>; empty for its front page.</param>
public sealed record ConsoleLocation(string? Team, string? Project, string? Environment, string? App, string Section)
{
    /// <summary>Reads a path relative to the site's root, with or without a query.</summary>
    public static ConsoleLocation Parse(string relativePath)
    {
        ArgumentNullException.ThrowIfNull(relativePath);
        var end = relativePath.AsSpan().IndexOfAny('?', '#');
        var parts = (end < 0 ? relativePath : relativePath[..end]).Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        if (parts is not ["t", var team, ..]) return new(null, null, null, null, string.Join('/', parts));
        if (parts is not [_, _, "p", var project, ..]) return new(team, null, null, null, Rest(parts, 2));
        if (parts is not [_, _, _, _, "e", var environment, ..]) return new(team, project, null, null, Rest(parts, 4));
        if (parts is not [_, _, _, _, _, _, "apps", var app, ..] || app == "new") return new(team, project, environment, null, Rest(parts, 6));
        return new(team, project, environment, app, Rest(parts, 8));
    }

    private static string Rest(string[] parts, int from) => string.Join('/', parts.Skip(from));
}
