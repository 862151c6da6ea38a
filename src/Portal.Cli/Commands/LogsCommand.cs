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
        var process = new Option<string?>("--process") { Description = "Only instances of this process." };
        var previous = new Option<bool>("--previous", "-p") { Description = "What the container before the present one wrote before it died." };
        var search = new Option<string?>("--search", "-s") { Description = "Only lines with this text." };
        var pattern = new Option<bool>("--pattern", "-E") { Description = "The text is a regular expression." };
        var matchCase = new Option<bool>("--match-case") { Description = "The case of letters counts." };
        var level = new Option<string?>("--level") { Description = "Only lines that call themselves at least so grave: Debug, Info, Warn or Error." };
        var since = new Option<string?>("--since") { Description = "Only lines from then on: a time such as 2026-01-02T15:04:05Z, or so long ago, such as 10m, 2h, 1d." };
        var until = new Option<string?>("--until") { Description = "Only lines before then." };
        var timestamps = new Option<bool>("--timestamps", "-t") { Description = "Put each line's time before it." };
        var command = new Command("logs", "Print an app's logs. Secrets the app was given are left out by its nodes.") { app, follow, tail, instance, process, previous, search, pattern, matchCase, level, since, until, timestamps };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var now = TimeProvider.System.GetUtcNow();
            (string Name, string? Value)[] query =
            [
                ("follow", Flag(result.GetValue(follow))), ("tail", result.GetValue(tail).ToString(CultureInfo.InvariantCulture)), ("instance", result.GetValue(instance)), ("process", result.GetValue(process)),
                ("previous", Flag(result.GetValue(previous))), ("search", result.GetValue(search)), ("pattern", Flag(result.GetValue(pattern))), ("matchCase", Flag(result.GetValue(matchCase))),
                ("level", result.GetValue(level)), ("since", Moments.Read(result.GetValue(since), "--since", now)), ("until", Moments.Read(result.GetValue(until), "--until", now)),
                ("timestamps", Flag(result.GetValue(timestamps))),
            ];
            var url = AppPath.Parse(result.GetValue(app)!).Url + "/logs?" + string.Join('&', query.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
            using var response = await client.StreamAsync(url, cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
                Console.WriteLine(line);
        }));
        return command;
    }

    private static string? Flag(bool set) => set ? "true" : null;
}
