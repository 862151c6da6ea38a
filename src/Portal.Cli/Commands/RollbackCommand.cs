using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal rollback team/project/environment/app --to N</c>.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var to = new Option<int>("--to") { Description = "The number of the release to return to.", Required = true };
        var command = new Command("rollback", "Return to an earlier release, as a new release equal to it.") { app, to };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var release = await client.PostAsync(path.Url + "/rollback", new JsonObject { ["release"] = result.GetValue(to) }, cancellationToken);
            await Rollouts.ReportAsync(client, path, release, wait: true, cancellationToken);
        }));
        return command;
    }
}
