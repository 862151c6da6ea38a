using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Portal.Cli.Commands;

/// <summary><c>portal plan -f FILE</c>: the exact objects a declaration would change, field by field; changes nothing.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var file = Options.File();
        var environment = Options.Environment();
        var command = new Command("plan", "Show exactly what applying the file would change, without changing anything.") { file, environment };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var declaration = await DeclarationFile.ReadAsync(result.GetValue(file)!, cancellationToken);
            var path = await declaration.LocateAsync(client, result.GetValue(environment), cancellationToken);
            var plan = await client.SendAsync(HttpMethod.Post, path.Url + "/plan", declaration.Text, declaration.ContentType, cancellationToken);
            var changes = plan?["changes"] as JsonArray ?? [];
            if (changes.Count == 0)
            {
                Console.WriteLine("nothing would change");
                return;
            }

            foreach (var change in changes)
            {
                AnsiConsole.MarkupLineInterpolated($"[bold]{Text(change, "kind", "change")}[/] {Text(change, "object", "name")}");
                foreach (var field in change?["fields"] as JsonArray ?? [])
                    Console.WriteLine($"    {Text(field, "path")}: {Text(field, "before", "old")} -> {Text(field, "after", "new")}");
            }
        }));
        return command;
    }

    private static string Text(JsonNode? node, params string[] names) => names.Select(name => node?[name]?.ToString()).FirstOrDefault(text => text is not null) ?? "-";
}
