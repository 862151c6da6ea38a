using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal preview</c>: environments for branches and pull requests, which go by themselves.</summary>
internal static class PreviewCommand
{
    public static Command Create() => new("preview", "Previews of an environment.") { CreateList(), CreateOpen(), CreateClose() };

    private static Command CreateList()
    {
        var place = Options.Place();
        var command = new Command("list", "List the previews made from an environment.") { place };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client => Tables.Print(
            await client.GetAsync(AppPath.ParseEnvironment(result.GetValue(place)!) + "/previews", cancellationToken), ("KEY", "key"), ("ENVIRONMENT", "environment"), ("EXPIRES", "expiresAt"), ("ADDRESSES", "urls"))));
        return command;
    }

    private static Command CreateOpen()
    {
        var place = Options.Place();
        var key = Key();
        var app = new Option<string?>("--app") { Description = "The app that shows the change." };
        var image = new Option<string?>("--image") { Description = "Its image." };
        var hours = new Option<int?>("--hours") { Description = "How long it stays from now on (default: 72)." };
        var command = new Command("open", "Open a preview, or bring it up to date.") { place, key, app, image, hours };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var body = new JsonObject { ["key"] = result.GetValue(key) };
            if (result.GetValue(app) is { } name)
                body["app"] = name;
            if (result.GetValue(image) is { } reference)
                body["image"] = reference;
            if (result.GetValue(hours) is { } number)
                body["hours"] = number;
            var preview = await client.PostAsync(AppPath.ParseEnvironment(result.GetValue(place)!) + "/previews", body, cancellationToken);
            Console.WriteLine($"environment {(string?)preview?["environment"]}");
            foreach (var (shown, url) in preview?["urls"] as JsonObject ?? [])
                Console.WriteLine($"  {shown}: {url}");
        }));
        return command;
    }

    private static Command CreateClose()
    {
        var place = Options.Place();
        var key = Key();
        var command = new Command("close", "Remove a preview.") { place, key };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            await client.PostAsync(AppPath.ParseEnvironment(result.GetValue(place)!) + "/previews/close", new JsonObject { ["key"] = result.GetValue(key) }, cancellationToken);
            Console.WriteLine("the preview is being removed");
        }));
        return command;
    }

    private static Option<string> Key() => new("--key") { Description = "The branch or pull request, for instance feature/cart or pr-12.", Required = true };
}
