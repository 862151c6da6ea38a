namespace Portal.Cli.Api;

/// <summary>An app's place, <c>team/project/environment/app</c>, as commands take it.</summary>
/// <param name="Team">Team.</param>
/// <param name="Project">Project.</param>
/// <param name="Environment">Environment.</param>
/// <param name="App">App.</param>
internal sealed record AppPath(string Team, string Project, string Environment, string App)
{
    /// <summary>The app's REST path.</summary>
    public string Url => $"{EnvironmentUrl(Team, Project, Environment)}/apps/{Uri.EscapeDataString(App)}";

    /// <summary>Parses <c>team/project/environment/app</c>.</summary>
    /// <exception cref="PortalProblem">The text has not four parts.</exception>
    public static AppPath Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 4 && parts.All(part => part.Length > 0)
            ? new AppPath(parts[0], parts[1], parts[2], parts[3])
            : throw new PortalProblem($"'{text}' names no app: write team/project/environment/app, for instance acme/shop/production/hello.");
    }

    /// <summary>The REST path of an environment written as <c>team/project/environment</c>.</summary>
    /// <exception cref="PortalProblem">The text has not three parts.</exception>
    public static string ParseEnvironment(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 3 && parts.All(part => part.Length > 0)
            ? EnvironmentUrl(parts[0], parts[1], parts[2])
            : throw new PortalProblem($"'{text}' names no environment: write team/project/environment, for instance acme/shop/production.");
    }

    /// <summary>A project's REST path.</summary>
    public static string ProjectUrl(string team, string project) => $"/api/v1/teams/{Uri.EscapeDataString(team)}/projects/{Uri.EscapeDataString(project)}";

    /// <summary>An environment's REST path.</summary>
    public static string EnvironmentUrl(string team, string project, string environment) => $"{ProjectUrl(team, project)}/environments/{Uri.EscapeDataString(environment)}";
}
