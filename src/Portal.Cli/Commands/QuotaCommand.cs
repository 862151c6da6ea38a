using System.CommandLine;
using System.Text.Json.Nodes;

namespace Portal.Cli.Commands;

/// <summary><c>portal quota TEAM</c>: what a team may have, and uses, by project.</summary>
internal static class QuotaCommand
{
    public static Command Create()
    {
        var team = new Argument<string>("team") { Description = "The team." };
        var command = new Command("quota", "Show a team's quota and what it uses of it.") { team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var quota = await client.GetAsync($"/api/v1/teams/{Uri.EscapeDataString(result.GetValue(team)!)}/quota", cancellationToken);
            var rows = new JsonArray { Row("may have", quota?["limits"]), Row("uses", quota?["used"]) };
            foreach (var project in quota?["projects"] as JsonArray ?? [])
            {
                if (project!["limits"] is { } limits)
                    rows.Add(Row($"{project["project"]} may have", limits));
                rows.Add(Row($"{project["project"]} uses", project["used"]));
            }

            Tables.Print(rows, ("", "what"), ("APPS", "apps"), ("INSTANCES", "instances"), ("CPU (1/1000)", "cpuMillis"), ("MEMORY (MiB)", "memoryMebibytes"));
        }));
        return command;
    }

    private static JsonObject Row(string what, JsonNode? amounts)
    {
        var row = amounts?.DeepClone() as JsonObject ?? [];
        row["what"] = what;
        return row;
    }
}
