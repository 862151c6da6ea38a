using System.CommandLine;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal tasks team/project/environment/app</c>: the one-off tasks of the last day; <c>--remove NAME</c> ends one.</summary>
internal static class TasksCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var remove = new Option<string?>("--remove") { Description = "End and forget this task." };
        var command = new Command("tasks", "List the one-off tasks of an app.") { app, remove };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            if (result.GetValue(remove) is { } name)
            {
                await client.SendAsync(HttpMethod.Delete, $"{path.Url}/tasks/{Uri.EscapeDataString(name)}", null, "application/json", cancellationToken);
                Console.WriteLine($"{name} is removed");
                return;
            }

            Tables.Print(
                await client.GetAsync(path.Url + "/tasks", cancellationToken), ("NAME", "name"), ("STATE", "state"), ("EXIT", "exitCode"), ("RELEASE", "release"), ("BY", "author"), ("CREATED", "createdAt"));
        }));
        return command;
    }
}
