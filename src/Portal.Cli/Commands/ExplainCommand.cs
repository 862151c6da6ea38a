using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;
using Spectre.Console;

namespace Portal.Cli.Commands;

/// <summary><c>portal explain team/project/environment/app</c>: why an app or instance is as it is, and what would help.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var app = Options.App();
        var instance = new Option<string?>("--instance") { Description = "Only this instance." };
        var nodes = new Option<bool>("--nodes") { Description = "Show how each node judges an instance that has none." };
        var command = new Command("explain", "Say why an app is as it is, and what would help.") { app, instance, nodes };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var url = $"{AppPath.Parse(result.GetValue(app)!).Url}/explanation";
            if (result.GetValue(instance) is { } name)
                url += "?instance=" + Uri.EscapeDataString(name);
            var explanation = await client.GetAsync(url, cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"[bold]{Text(explanation, "health")}[/] {Text(explanation, "summary")}");
            foreach (var cause in explanation?["causes"] as JsonArray ?? [])
            {
                AnsiConsole.MarkupLineInterpolated($"[bold]{Text(cause, "kind")}[/] {string.Join(", ", (cause?["subjects"] as JsonArray ?? []).Select(s => (string?)s))}");
                Console.WriteLine($"    {Text(cause, "message")}");
                if (Text(cause, "detail") is { Length: > 0 } detail)
                    Console.WriteLine($"    ({detail})");
                foreach (var fix in cause?["fixes"] as JsonArray ?? [])
                    Console.WriteLine($"    fix: {(string?)fix}");
                if (result.GetValue(nodes))
                    Judgements.Print(cause?["judgements"] as JsonArray);
            }
        }));
        return command;
    }

    private static string Text(JsonNode? node, string name) => (string?)node?[name] ?? "";
}
