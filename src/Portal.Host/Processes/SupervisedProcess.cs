using System.Globalization;

namespace Portal.Host.Processes;

/// <summary>
/// Keeps one child process running: starts it detached (it survives a killed server), adopts the one that already runs, and
/// starts it again when it dies, at once the first time and then with growing pauses.
/// </summary>
internal sealed class SupervisedProcess(
    string name,
    string program,
    Func<IReadOnlyList<string>> arguments,
    string pidFile,
    string logFile,
    string marker,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Stable = TimeSpan.FromMinutes(1);

    /// <summary>Starts or adopts the process, then watches it until cancelled. Cancelling does not end the process.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        while (!cancellationToken.IsCancellationRequested)
        {
            var processId = ProcessRunner.ReadLivePid(pidFile, marker);
            if (processId is null)
            {
                processId = ProcessRunner.StartDetached(program, arguments(), logFile);
                await File.WriteAllTextAsync(pidFile, processId.Value.ToString(CultureInfo.InvariantCulture), cancellationToken);
            }

            var started = time.GetTimestamp();
            while (ProcessRunner.IsAlive(processId.Value))
                await Task.Delay(Poll, time, cancellationToken);

            var lived = time.GetElapsedTime(started);
            pause = lived > Stable ? TimeSpan.Zero : pause == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            logger.LogWarning("{Process} ended after {Lived}; starting it again in {Pause}. Its log: {Log}", name, lived, pause, logFile);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>Ends the process when it runs.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (ProcessRunner.ReadLivePid(pidFile, marker) is { } processId)
            await Signals.StopAsync(processId, TimeSpan.FromSeconds(20), time, cancellationToken);
        File.Delete(pidFile);
    }
}
