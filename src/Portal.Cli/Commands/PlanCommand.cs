using System.CommandLine;
using System.Text;
using System.Text.Json;
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
                Outlook(plan);
                return;
            }

            foreach (var change in changes)
            {
                var verb = Text(change, "change") switch { "Create" => "create", "Delete" => "delete", _ => "change" };
                AnsiConsole.MarkupLineInterpolated($"[bold]{verb}[/] {Text(change, "kind")} {Text(change, "name")}");
                // A created object is one field without a path, its whole document: shown as the YAML-like lines a person can read.
                foreach (var field in change?["fields"] as JsonArray ?? [])
                {
                    if (Text(field, "path") is "" or "-" or "/")
                        Console.Write(Leaves(Text(field, "after")));
                    else
                        Console.WriteLine($"    {Text(field, "path")}: {Text(field, "before")} -> {Text(field, "after")}");
                }
            }

            Console.WriteLine((bool?)plan?["replaces"] == true ? "instances would be replaced one after the other" : "running instances would stay");
            Outlook(plan);
        }));
        return command;
    }

    // Where the instances would go, and what would keep the plan from being carried out.
    private static void Outlook(JsonNode? plan)
    {
        if (plan?["cluster"] is { } cluster)
        {
            Console.WriteLine($"for the cluster {Text(cluster, "name")}: {Text(cluster, "state")}");
            ClusterCommand.Lacks(cluster);
        }

        foreach (var process in plan?["placement"]?["processes"] as JsonArray ?? [])
            Console.WriteLine($"{Text(process, "process")}: {Text(process, "summary")}");
        if ((bool?)plan?["placement"]?["known"] == false)
            Console.WriteLine(Text(plan["placement"], "summary"));
        foreach (var problem in plan?["problems"] as JsonArray ?? [])
            AnsiConsole.MarkupLineInterpolated($"[bold]would be refused[/] {Text(problem, "subject")}: {Text(problem, "message")}");
    }

    private static string Text(JsonNode? node, string name) => node?[name]?.ToString() ?? "-";

    private static string Leaves(string json)
    {
        var lines = new StringBuilder();
        try
        {
            Append(JsonNode.Parse(json), string.Empty, lines);
        }
        catch (JsonException)
        {
            lines.AppendLine("    " + json);
        }

        return lines.ToString();
    }

    private static void Append(JsonNode? node, string path, StringBuilder lines)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map.Where(entry => path.Length > 0 || entry.Key != "metadata"))
                    Append(value, path.Length == 0 ? name : $"{path}.{name}", lines);
                break;
            case JsonArray list:
                for (var index = 0; index < list.Count; index++)
                    Append(list[index], $"{path}[{index}]", lines);
                break;
            default:
                lines.AppendLine($"    {path}: {node}");
                break;
        }
    }
}
