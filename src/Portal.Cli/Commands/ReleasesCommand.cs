using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;
using Spectre.Console;

namespace Portal.Cli.Commands;

/// <summary><c>portal releases team/project/environment/app</c>.</summary>
internal static class ReleasesCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var command = new Command("releases", "List the releases of an app, newest first.") { app };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var releases = await client.GetAsync(AppPath.Parse(result.GetValue(app)!).Url + "/releases", cancellationToken) as JsonArray ?? [];
            var table = new Table().Border(TableBorder.None).AddColumns("RELEASE", "IMAGE", "STATE", "BY", "TRIGGER", "CREATED");
            foreach (var release in releases)
                table.AddRow(Cell(release!["number"]), Cell(release["image"]), Cell(release["rollout"]?["state"] ?? release["state"]), Cell(release["author"]), Cell(release["trigger"]), Cell(release["createdAt"]));
            AnsiConsole.Write(table);
        }));
        return command;
    }

    private static string Cell(JsonNode? value) => Markup.Escape(value?.ToString() ?? "-");
}
