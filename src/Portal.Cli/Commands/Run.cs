using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary>Runs a command's body against the REST API: a refusal is printed to standard error and ends with exit code 1.</summary>
internal static class Run
{
    public static Task<int> AsClientAsync(Func<PortalClient, Task> body) => Async(async () =>
    {
        using var client = PortalClient.FromEnvironment();
        await body(client);
    });

    /// <summary>The same for a command that needs no server.</summary>
    public static async Task<int> Async(Func<Task> body)
    {
        try
        {
            await body();
            return 0;
        }
        catch (PortalProblem problem)
        {
            await Console.Error.WriteLineAsync("portal: " + problem.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }
}
