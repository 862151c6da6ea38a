using System.CommandLine;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal releases team/project/environment/app</c>.</summary>
internal static class ReleasesCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var command = new Command("releases", "List the releases of an app, newest first.") { app };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client => Tables.Print(
            await client.GetAsync(AppPath.Parse(result.GetValue(app)!).Url + "/releases", cancellationToken),
            ("RELEASE", "number"), ("IMAGE", "image"), ("STATE", "rollout.state"), ("BY", "author"), ("TRIGGER", "trigger"), ("REASON", "reason"), ("CREATED", "createdAt"), ("TOOK", "rollout.duration"))));
        return command;
    }
}
