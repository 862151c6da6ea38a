using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal promote team/project/environment/app --from ENVIRONMENT</c>: carries what is live in another environment here.</summary>
internal static class PromoteCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var from = new Option<string>("--from") { Description = "The environment it comes from, for instance staging.", Required = true };
        var release = new Option<int?>("--release") { Description = "The number of the release there (default: the newest live one)." };
        var noWait = Options.NoWait();
        var command = new Command("promote", "Carry a release from another environment of the project here.") { app, from, release, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var body = new JsonObject { ["from"] = result.GetValue(from) };
            if (result.GetValue(release) is { } number)
                body["release"] = number;
            await Rollouts.ReportAsync(client, path, await client.PostAsync(path.Url + "/promote", body, cancellationToken), wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }
}
