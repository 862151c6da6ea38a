using System.CommandLine;
using System.Globalization;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal logs team/project/environment/app</c>: the instances' output, streamed.</summary>
internal static class LogsCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new lines until interrupted." };
        var tail = new Option<int>("--tail") { Description = "How many of the latest lines of each instance (default 100).", DefaultValueFactory = _ => 100 };
        var instance = new Option<string?>("--instance") { Description = "Only this instance." };
        var command = new Command("logs", "Print an app's logs.") { app, follow, tail, instance };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var url = string.Create(CultureInfo.InvariantCulture, $"{AppPath.Parse(result.GetValue(app)!).Url}/logs?follow={(result.GetValue(follow) ? "true" : "false")}&tail={result.GetValue(tail)}");
            if (result.GetValue(instance) is { } name)
                url += "&instance=" + Uri.EscapeDataString(name);
            using var response = await client.StreamAsync(url, cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
                Console.WriteLine(line);
        }));
        return command;
    }
}
