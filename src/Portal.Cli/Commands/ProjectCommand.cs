using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;
using Spectre.Console;

namespace Portal.Cli.Commands;

/// <summary><c>portal project export|import</c>: a project as one file.</summary>
internal static class ProjectCommand
{
    public static Command Create() => new("project", "Take a project out as a file, and put it in again.") { Export(), Import() };

    private static Command Export()
    {
        var project = new Argument<string>("project") { Description = "team/project" };
        var file = new Option<string?>("--output", "-o") { Description = "The file to write; it must not exist. Standard output when left out." };
        var members = new Option<bool>("--members") { Description = "Put the team's members and their roles into it." };
        var command = new Command("export", "Write environments, declarations, domains and quota as YAML: names of secrets, never their values.") { project, file, members };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var parts = result.GetValue(project)!.Split('/');
            if (parts.Length != 2 || parts.Any(part => part.Length == 0))
                throw new PortalProblem($"'{result.GetValue(project)}' names no project: write team/project, for instance acme/shop.");
            using var answer = await client.StreamAsync($"{AppPath.ProjectUrl(parts[0], parts[1])}/export{(result.GetValue(members) ? "?members=true" : "")}", cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (result.GetValue(file) is not { } path)
            {
                Console.Write(text);
                return;
            }

            if (File.Exists(path))
                throw new PortalProblem($"{path} exists already. Choose another name.");
            await File.WriteAllTextAsync(path, text, cancellationToken);
            Console.WriteLine($"wrote {path}");
        }));
        return command;
    }

    private static Command Import()
    {
        var file = new Argument<string>("file") { Description = "A file of `portal project export`; '-' reads standard input." };
        var team = new Option<string>("--team") { Description = "The team to import into.", Required = true };
        var project = new Option<string?>("--project") { Description = "Another name than the one in the file." };
        var secrets = new Option<string?>("--secrets") { Description = "A file with environment/app/NAME=VALUE lines, for secrets that have no value here yet." };
        var withoutDomains = new Option<bool>("--without-domains") { Description = "Leave the apps' own domains out, for a copy beside the original." };
        var yes = new Option<bool>("--yes") { Description = "Import; without it only the plan is shown." };
        var command = new Command("import", "Show what importing the file would do, and with --yes do it: all of it or nothing.") { file, team, project, secrets, withoutDomains, yes };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var text = (await DeclarationFile.ReadAsync(result.GetValue(file)!, cancellationToken)).Text;
            var body = new JsonObject { ["file"] = text, ["project"] = result.GetValue(project), ["withoutDomains"] = result.GetValue(withoutDomains) };
            if (result.GetValue(secrets) is { } given)
                body["secrets"] = await SecretsFile.ReadAsync(given, cancellationToken);
            var url = $"/api/v1/teams/{Uri.EscapeDataString(result.GetValue(team)!)}/import";
            var plan = await client.PostAsync(url + "/plan", body, cancellationToken);
            Show(plan);
            if (!result.GetValue(yes))
            {
                Console.WriteLine("nothing was changed; --yes imports it");
                return;
            }

            body["planId"] = (string?)plan?["id"];
            var done = await client.PostAsync(url, body, cancellationToken);
            Console.WriteLine($"imported as {result.GetValue(team)}/{done?["project"]}; the apps are starting");
        }));
        return command;
    }

    private static void Show(JsonNode? plan)
    {
        foreach (var change in plan?["changes"] as JsonArray ?? [])
        {
            var verb = (string?)change?["change"] switch { "Create" => "create", "Update" => "change", _ => "keep" };
            AnsiConsole.MarkupLineInterpolated($"[bold]{verb}[/] {change?["kind"]} {change?["name"]}");
            if (verb != "change")
                continue;
            foreach (var field in change?["fields"] as JsonArray ?? [])
                Console.WriteLine($"    {field?["path"]}: {field?["from"]?.ToString() ?? "-"} -> {field?["to"]?.ToString() ?? "-"}");
        }
    }
}
