using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary>Follows a release until its rollout has ended.</summary>
internal static class Rollouts
{
    private static readonly string[] Final = ["live", "failed", "superseded", "cancelled", "rejected"];

    /// <summary>Prints the release and, when asked, waits for its final state.</summary>
    /// <exception cref="PortalProblem">The rollout ended in another state than Live.</exception>
    public static async Task ReportAsync(PortalClient client, AppPath path, JsonNode? release, bool wait, CancellationToken cancellationToken)
    {
        var number = (int?)release?["number"] ?? throw new PortalProblem("the server answered without a release.");
        Console.WriteLine($"release {number} of {path.Team}/{path.Project}/{path.Environment}/{path.App}");
        if (!wait)
            return;
        var shown = string.Empty;
        while (true)
        {
            var current = await client.GetAsync($"{path.Url}/releases/{number}", cancellationToken);
            var state = (string?)(current?["rollout"]?["state"] ?? current?["state"]) ?? "unknown";
            if (state != shown)
                Console.WriteLine("  " + state);
            shown = state;
            if (state == "AwaitingApproval")
            {
                Console.WriteLine($"somebody else has to approve it: portal approve {path.Team}/{path.Project}/{path.Environment}/{path.App} {number}");
                return;
            }

            if (Final.Contains(state.ToLowerInvariant()))
            {
                var message = (string?)(current?["rollout"]?["message"] ?? current?["message"]);
                if (!state.Equals("live", StringComparison.OrdinalIgnoreCase))
                    throw new PortalProblem($"release {number} ended as {state}{(string.IsNullOrEmpty(message) ? string.Empty : ": " + message)}");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
        }
    }
}
