using System.CommandLine;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal volumes team/project/environment</c>: volumes and until when those no longer declared are kept; <c>--delete ID</c> deletes one of these now.</summary>
internal static class VolumesCommand
{
    public static Command Create()
    {
        var place = Options.Place();
        var delete = new Option<string?>("--delete") { Description = "Delete this volume and its data now; only one that no app declares." };
        var command = new Command("volumes", "List the volumes of an environment.") { place, delete };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var url = AppPath.ParseEnvironment(result.GetValue(place)!) + "/volumes";
            if (result.GetValue(delete) is { } id)
            {
                await client.SendAsync(HttpMethod.Delete, $"{url}/{Uri.EscapeDataString(id)}", null, "application/json", cancellationToken);
                Console.WriteLine("the volume is being deleted");
                return;
            }

            Tables.Print(
                await client.GetAsync(url, cancellationToken), ("ID", "id"), ("APP", "app"), ("VOLUME", "name"), ("SIZE", "size"), ("IN USE", "inUse"), ("KEPT UNTIL", "keptUntil"), ("CLAIM", "claim"));
        }));
        return command;
    }
}
