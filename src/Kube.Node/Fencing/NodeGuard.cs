using System.Globalization;
using System.Runtime.InteropServices;
using Kube.Node.Pods;

namespace Kube.Node.Fencing;

/// <summary>
/// The process that ends a node's stateful pods when its agent, dead, suspended or cut off, no longer moves the deadline on. It does nothing else, needs neither the agent nor
/// containerd, and goes on when the agent ends.
/// </summary>
public static partial class NodeGuard
{
    private const int LookMilliseconds = 200;
    private const int TermSignal = 15;

    /// <summary>Runs until SIGTERM, or until another guard of the node runs already.</summary>
    /// <param name="dataDirectory">The agent's data directory.</param>
    /// <param name="instanceId">The instance, which names the pods' control groups.</param>
    /// <param name="log">Told of each pod that is ended.</param>
    /// <param name="time">What the log's lines are dated by; the deadline is not.</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(string dataDirectory, string instanceId, TextWriter log, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(time);
        var paths = new NodePaths(dataDirectory);
        using var board = new FenceBoard(paths);
        FileStream mine;
        try
        {
            mine = new FileStream(paths.GuardLock, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            return 0;
        }

        using (mine)
        using (var stop = new ManualResetEventSlim())
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Set();
        }))
        {
            File.WriteAllText(paths.GuardPid, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            // Late by a scheduler's whim is what a guard must not be; refused without the right to it, which then has to do.
            _ = SetPriority(0, 0, -15);
            do
            {
                var now = BootClock.Milliseconds;
                if (now >= board.Deadline)
                    End(board, instanceId, log, time);
                board.LastLook = now;
            }
            while (!stop.Wait(LookMilliseconds));
        }

        return 0;
    }

    /// <summary>Ends the guard of a node that is taken down.</summary>
    /// <param name="dataDirectory">The agent's data directory.</param>
    internal static void Stop(string dataDirectory)
    {
        if (ProcessOf(new NodePaths(dataDirectory)) is { } id)
            _ = Signal(id, TermSignal);
    }

    /// <summary>The guard's process; null when none runs. Process ids are used again.</summary>
    internal static int? ProcessOf(NodePaths paths)
    {
        try
        {
            var id = int.Parse(File.ReadAllText(paths.GuardPid).Trim(), CultureInfo.InvariantCulture);
            return File.ReadAllText($"/proc/{id}/cmdline").Contains(paths.Data, StringComparison.Ordinal) ? id : null;
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void End(FenceBoard board, string instanceId, TextWriter log, TimeProvider time)
    {
        foreach (var file in Directory.EnumerateFiles(board.Pods))
        {
            var killed = PodKill.Now(PodConfiguration.CgroupParent(instanceId, Path.GetFileName(file)));
            if (killed > 0)
                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():O} ended pod {Path.GetFileName(file)} ({killed} processes): the node's lease has run out"));
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
