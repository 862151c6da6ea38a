using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary>A declaration as given with <c>-f</c>: YAML or JSON, from a file or standard input, sent as it is; the server alone judges it.</summary>
/// <param name="Text">The file's text.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record DeclarationFile(string Text, string ContentType)
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>Reads a file, or standard input for <c>-</c>.</summary>
    /// <exception cref="PortalProblem">The file is missing or larger than 1 MiB.</exception>
    public static async Task<DeclarationFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (path != "-" && !File.Exists(path))
            throw new PortalProblem($"{path} does not exist.");
        if (path != "-" && new FileInfo(path).Length > MostBytes)
            throw new PortalProblem($"{path} is larger than 1 MiB; a declaration is a few kilobytes.");
        var text = path == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken);
        return new DeclarationFile(text, text.TrimStart().StartsWith('{') ? "application/json" : "application/yaml");
    }

    /// <summary>
    /// Asks the server to read the declaration and say where it belongs.
    /// </summary>
    /// <exception cref="PortalProblem">The declaration is invalid, or names no team and project.</exception>
    public async Task<AppPath> LocateAsync(PortalClient client, string? environment, CancellationToken cancellationToken)
    {
        var parsed = await client.SendAsync(HttpMethod.Post, "/api/v1/declarations/parse", Text, ContentType, cancellationToken);
        var metadata = parsed?["metadata"] ?? throw new PortalProblem("the server did not understand the declaration.");
        var team = (string?)metadata["team"] ?? throw new PortalProblem("metadata.team: name the team the app belongs to.");
        var project = (string?)metadata["project"] ?? throw new PortalProblem("metadata.project: name the project the app belongs to.");
        return new AppPath(team, project, environment ?? await OnlyEnvironmentAsync(client, team, project, cancellationToken), (string)metadata["name"]!);
    }

    private static async Task<string> OnlyEnvironmentAsync(PortalClient client, string team, string project, CancellationToken cancellationToken)
    {
        var environments = await client.GetAsync(AppPath.ProjectUrl(team, project) + "/environments", cancellationToken) as JsonArray ?? [];
        var names = environments.Select(environment => (string)environment!["name"]!).ToArray();
        return names.Length switch
        {
            1 => names[0],
            0 => throw new PortalProblem($"the project {team}/{project} has no environment yet; create one in the console first."),
            _ => throw new PortalProblem($"the project has several environments; choose one with --environment: {string.Join(", ", names)}"),
        };
    }
}
