using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal diff team/project/environment/app FROM TO</c>: what differs between two releases.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var from = new Argument<int>("from") { Description = "The number of one release." };
        var to = new Argument<int>("to") { Description = "The number of the other." };
        var command = new Command("diff", "Show what differs between two releases.") { app, from, to };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var url = string.Create(CultureInfo.InvariantCulture, $"{AppPath.Parse(result.GetValue(app)!).Url}/releases/{result.GetValue(from)}/diff/{result.GetValue(to)}");
            var changes = await client.GetAsync(url, cancellationToken) as JsonArray ?? [];
            if (changes.Count == 0)
                Console.WriteLine("nothing differs");
            foreach (var change in changes)
                Console.WriteLine($"{change!["path"]}: {change["from"]?.ToString() ?? "-"} -> {change["to"]?.ToString() ?? "-"}");
        }));
        return command;
    }
}
