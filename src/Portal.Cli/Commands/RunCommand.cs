using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal run team/project/environment/app -- COMMAND</c>: a command once, in a container of its own with the app's image, configuration and secrets.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(300);

    public static Command Create()
    {
        var app = Options.App();
        var words = new Argument<string[]>("command") { Description = "The command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };
        var size = new Option<string?>("--size") { Description = "How much CPU and memory it gets (default: small)." };
        var timeout = new Option<int?>("--timeout") { Description = "Seconds it may take (default: 3600)." };
        var detach = new Option<bool>("--detach", "-d") { Description = "Print the task's name and return, without waiting for its end." };
        var command = new Command("run", "Run a command once with the app's image, configuration and secrets.") { app, words, size, timeout, detach };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var body = new JsonObject { ["command"] = new JsonArray([.. result.GetValue(words)!.Select(word => (JsonNode?)word)]) };
            if (result.GetValue(size) is { } given) body["size"] = given;
            if (result.GetValue(timeout) is { } seconds) body["timeout"] = seconds;
            var name = (string)(await client.PostAsync(path.Url + "/tasks", body, cancellationToken))!["name"]!;
            if (result.GetValue(detach))
            {
                Console.WriteLine(name);
                return;
            }

            await FollowAsync(client, path, name, cancellationToken);
        }));
        return command;
    }

    private static async Task FollowAsync(PortalClient client, AppPath path, string name, CancellationToken cancellationToken)
    {
        var printed = 0;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task? lines = null;
        JsonNode? task;
        do
        {
            await Task.Delay(Pace, cancellationToken);
            task = await client.GetAsync($"{path.Url}/tasks/{name}", cancellationToken);
            if (lines is null && (string?)task?["state"] == "Running") lines = PrintAsync(client, path, (string)task!["instance"]!, "&follow=true", 0, () => printed++, ended.Token);
        }
        while ((string?)task?["state"] is "Pending" or "Running");

        await ended.CancelAsync();
        if (lines is not null) await lines;
        // What came after the last line that was followed.
        if ((string?)task?["instance"] is { } instance) await PrintAsync(client, path, instance, "", printed, () => { }, cancellationToken);
        if ((string?)task?["state"] != "Succeeded")
            throw new PortalProblem($"the task {name} failed{((int?)task?["exitCode"] is { } code ? $" with exit code {code}" : "")}{((string?)task?["message"] is { Length: > 0 } message ? ": " + message : "")}");
    }

    private static async Task PrintAsync(PortalClient client, AppPath path, string instance, string more, int skip, Action printed, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.StreamAsync($"{path.Url}/logs?instance={Uri.EscapeDataString(instance)}&tail=10000{more}", cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (skip-- > 0) continue;
                Console.WriteLine(line);
                printed();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or PortalProblem)
        {
            // The task has ended, or its container is gone before a line was read; the verdict follows.
        }
    }
}
