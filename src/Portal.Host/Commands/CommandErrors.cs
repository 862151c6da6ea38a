using Portal.Host.Instance;

namespace Portal.Host.Commands;

/// <summary>Turns a start's foreseeable failure into one sentence and exit code 1.</summary>
internal static class CommandErrors
{
    /// <summary>Runs a command's body.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> body)
    {
        try
        {
            return await body();
        }
        catch (StartException exception)
        {
            await Console.Error.WriteLineAsync("portal: " + exception.Message);
            return 1;
        }
        catch (Microsoft.Extensions.Options.OptionsValidationException exception)
        {
            foreach (var failure in exception.Failures)
                await Console.Error.WriteLineAsync("portal: " + failure);
            return 1;
        }
        catch (Kube.ApiServer.Storage.StoreStartException exception)
        {
            await Console.Error.WriteLineAsync("portal: " + exception.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }
}
