using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal deploy team/project/environment/app --image IMAGE</c>.</summary>
internal static class DeployCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var image = new Option<string>("--image") { Description = "The image to run.", Required = true };
        var command = new Command("deploy", "Run another image, as a new release.") { app, image };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var release = await client.PostAsync(path.Url + "/deploy", new JsonObject { ["image"] = result.GetValue(image) }, cancellationToken);
            await Rollouts.ReportAsync(client, path, release, wait: true, cancellationToken);
        }));
        return command;
    }
}
