using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal freeze</c>: times in which an environment takes no releases.</summary>
internal static class FreezeCommand
{
    public static Command Create() => new("freeze", "Freeze windows of an environment.") { CreateList(), CreateAdd(), CreateEnd() };

    private static Command CreateList()
    {
        var place = Options.Place();
        var command = new Command("list", "List the windows that hold or are to come.") { place };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client => Tables.Print(
            await client.GetAsync(AppPath.ParseEnvironment(result.GetValue(place)!) + "/freezes", cancellationToken),
            ("ID", "id"), ("ACTIVE", "active"), ("FROM", "from"), ("UNTIL", "until"), ("REASON", "reason"), ("BY", "author"))));
        return command;
    }

    private static Command CreateAdd()
    {
        var place = Options.Place();
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        var from = new Option<DateTimeOffset?>("--from") { Description = "When it begins, for instance 2026-12-20T18:00Z (default: now)." };
        var until = new Option<DateTimeOffset>("--until") { Description = "When it ends.", Required = true };
        var command = new Command("add", "Freeze an environment.") { place, reason, from, until };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var body = new JsonObject { ["reason"] = result.GetValue(reason), ["until"] = Text(result.GetValue(until)) };
            if (result.GetValue(from) is { } begins)
                body["from"] = Text(begins);
            var freeze = await client.PostAsync(AppPath.ParseEnvironment(result.GetValue(place)!) + "/freezes", body, cancellationToken);
            Console.WriteLine((string?)freeze?["id"]);
        }));
        return command;
    }

    private static Command CreateEnd()
    {
        var place = Options.Place();
        var id = new Argument<string>("id") { Description = "The window's id, as the list shows it." };
        var command = new Command("end", "End a freeze.") { place, id };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var url = $"{AppPath.ParseEnvironment(result.GetValue(place)!)}/freezes/{Uri.EscapeDataString(result.GetValue(id)!)}";
            await client.SendAsync(HttpMethod.Delete, url, null, "application/json", cancellationToken);
            Console.WriteLine("the freeze has ended");
        }));
        return command;
    }

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
