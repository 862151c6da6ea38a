using System.Runtime.InteropServices;

namespace Portal.Host.Processes;

/// <summary>Sends POSIX signals to processes this instance started.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Asks a process to end and waits; after <paramref name="patience"/> it is killed.</summary>
    public static async Task StopAsync(int processId, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        _ = Send(processId, Terminate);
        var deadline = time.GetUtcNow() + patience;
        while (ProcessRunner.IsAlive(processId))
        {
            if (time.GetUtcNow() > deadline)
            {
                _ = Send(processId, Kill);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);
}
