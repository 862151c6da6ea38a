using System.Diagnostics;

namespace Portal.Host.Processes;

/// <summary>The one place where the host starts other programs: always an argument list, never a shell.</summary>
internal static class ProcessRunner
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>Exit code, standard output and standard error.</returns>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? input = null)
    {
        using var process = Start(program, arguments, input is not null);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }

        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What was started for a caller who has left must not go on behind its back.
            process.Kill();
            throw;
        }

        return (process.ExitCode, await output, await error);
    }

    /// <summary>
    /// Starts a long-lived program in a session of its own with its output appended to a log file, so that it outlives this process.
    /// </summary>
    /// <returns>Its process id.</returns>
    public static int StartDetached(string program, IEnumerable<string> arguments, string logFile)
    {
        // sh only redirects and execs: the program and its arguments are positional parameters, never part of the script.
        string[] prefix = ["-c", "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", logFile, program];
        using var process = Start("/bin/sh", prefix.Concat(arguments), false, capture: false);
        return process.Id;
    }

    /// <summary>Whether a process is alive and not a zombie.</summary>
    public static bool IsAlive(int processId)
    {
        try
        {
            // "pid (name) S ...": the state follows the last closing bracket.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var state = stat[(stat.LastIndexOf(')') + 2)..][0];
            return state is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The process id in a pid file, when such a process is alive and its command line mentions <paramref name="marker"/> (pids are reused).</summary>
    public static int? ReadLivePid(string pidFile, string marker)
    {
        if (!File.Exists(pidFile) || !int.TryParse(File.ReadAllText(pidFile).AsSpan().Trim(), out var processId) || !IsAlive(processId))
            return null;
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Contains(marker, StringComparison.Ordinal) ? processId : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments, bool withInput, bool capture = true)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = capture,
            RedirectStandardError = capture,
            RedirectStandardInput = withInput,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }
}
