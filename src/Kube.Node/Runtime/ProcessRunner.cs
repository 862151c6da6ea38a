using System.Diagnostics;

namespace Kube.Node.Runtime;

/// <summary>The one place where the agent starts other programs: argument lists only, never a shell.</summary>
internal static class ProcessRunner
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>Exit code and the end of what it wrote to standard output and error.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">The program does not exist.</exception>
    public static async Task<ProcessResult> RunAsync(string file, IEnumerable<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            return new ProcessResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts a program in its own session with its output in a file, so that it outlives the agent however the agent ends.</summary>
    /// <param name="outputFile">File the program's output is appended to.</param>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ct">Cancels the start, not the program.</param>
    public static async Task StartDetachedAsync(string outputFile, string file, IEnumerable<string> arguments, CancellationToken ct)
    {
        // The program's descriptors must not be pipes of the agent: a pipe whose reader died kills containerd with SIGPIPE.
        // The shell's text is a constant; file names and arguments reach it as positional parameters.
        string[] detach = ["--fork", "/bin/sh", "-c", "out=$1; shift; exec \"$@\" >>\"$out\" 2>&1 </dev/null", "sh", outputFile, file];
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false };
        foreach (var argument in detach.Concat(arguments))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(ct).ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"setsid could not start {file}: exit code {process.ExitCode}");
    }
}
