using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Cli.Api;
using Portal.Cli.Audit;
using Spectre.Console;

namespace Portal.Cli.Commands;

/// <summary><c>portal audit</c>: list, export, key, and verify, which needs no server.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "The audit of a team.") { CreateList(), CreateExport(), CreateKey(), CreateVerify() };

    private static Command CreateList()
    {
        var team = Team();
        var limit = new Option<int>("--limit") { Description = "How many acts, newest first (default 50).", DefaultValueFactory = _ => 50 };
        string[] names = ["actor", "action", "target", "outcome", "from", "to"];
        var filters = names.Select(name => new Option<string?>("--" + name) { Description = $"Only acts with this {name}." }).ToArray();
        var command = new Command("list", "List a team's acts.") { team, limit };
        foreach (var filter in filters)
            command.Add(filter);
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var query = string.Concat(names.Zip(filters).Select(pair => result.GetValue(pair.Second) is { } value ? $"&{pair.First}={Uri.EscapeDataString(value)}" : ""));
            var acts = await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{Url(result.GetValue(team)!)}?limit={result.GetValue(limit)}{query}"), cancellationToken) as JsonArray ?? [];
            var table = new Table().Border(TableBorder.None).AddColumns("AT", "ACTOR", "ACTION", "TARGET", "OUTCOME", "DETAIL");
            foreach (var act in acts)
                table.AddRow([.. ((string[])["at", "actor", "action", "target", "outcome", "detail"]).Select(name => Markup.Escape(act![name]?.ToString() ?? "-"))]);
            AnsiConsole.Write(table);
        }));
        return command;
    }

    private static Command CreateExport()
    {
        var team = Team();
        var file = new Option<string?>("--output", "-o") { Description = "Where to write it; standard output when left out." };
        var command = new Command("export", "Export a team's whole chain as JSON lines, signed at this moment.") { team, file };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            using var response = await client.StreamAsync(Url(result.GetValue(team)!) + "/export", cancellationToken);
            await using var source = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using var target = result.GetValue(file) is { } path ? File.Create(path) : Console.OpenStandardOutput();
            await source.CopyToAsync(target, cancellationToken);
        }));
        return command;
    }

    private static Command CreateKey()
    {
        var team = Team();
        var command = new Command("key", "Print the public key that checkpoints are signed with. Keep it apart from the exports.") { team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            using var response = await client.StreamAsync(Url(result.GetValue(team)!) + "/key", cancellationToken);
            Console.WriteLine((await response.Content.ReadAsStringAsync(cancellationToken)).Trim());
        }));
        return command;
    }

    private static Command CreateVerify()
    {
        var file = new Argument<string>("file") { Description = "The exported file." };
        var key = new Option<string?>("--key") { Description = "File with the public key, as 'portal audit key' printed it earlier." };
        var command = new Command("verify", "Check an exported audit: every hash, every signature, nothing missing. Needs no server.") { file, key };
        command.SetAction((result, cancellationToken) => Run.Async(async () =>
        {
            var path = result.GetValue(file)!;
            if (!File.Exists(path))
                throw new PortalProblem($"{path} does not exist.");
            var trusted = result.GetValue(key) is { } keyFile ? await File.ReadAllTextAsync(keyFile, cancellationToken) : null;
            using var lines = new StreamReader(path);
            var audit = new AuditFile();
            if (await audit.CheckAsync(lines, trusted, cancellationToken) is { } fault)
                throw new PortalProblem($"{path} is not intact: {fault}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"intact: {audit.Acts} acts, {audit.Checkpoints} signed checkpoints, head {audit.Head}"));
            if (trusted is null)
                Console.WriteLine("the key was taken from the file itself; give the one you kept with --key to know who signed it");
        }));
        return command;
    }

    private static Argument<string> Team() => new("team") { Description = "The team." };

    private static string Url(string team) => $"/api/v1/teams/{Uri.EscapeDataString(team)}/audit";
}
