using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary>Runs a command's body against the REST API: a refusal is printed to standard error and ends with exit code 1.</summary>
internal static class Run
{
    public static async Task<int> AsClientAsync(Func<PortalClient, Task> body)
    {
        try
        {
            using var client = PortalClient.FromEnvironment();
            await body(client);
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
