using System.ComponentModel;
using System.Diagnostics;

namespace Kube.Network.Processes;

/// <summary>
/// The one place of this project that starts programs (ip, nft, conntrack). Arguments are a list and reach the program unparsed: there is no shell.
/// </summary>
/// <param name="networkNamespacePath">
/// Path of a network namespace (<c>/run/netns/NAME</c>) to run in, or null for the process's own. Entered with nsenter, because `ip netns exec` hides
/// cgroup mounts.
/// </param>
internal sealed class CommandRunner(string? networkNamespacePath = null)
{
    /// <summary>Where programs of a system administrator live; a service's own PATH often lacks the sbin folders.</summary>
    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <summary>The namespace's path, or null for the process's own.</summary>
    public string? NetworkNamespacePath { get; } = networkNamespacePath;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Program name, looked up in the system's folders.</param>
    /// <param name="arguments">One element an argument.</param>
    /// <param name="input">Text for standard input, or null for none.</param>
    /// <param name="cancellationToken">Kills the program.</param>
    /// <returns>Exit code and both outputs; 127 when the program is not installed.</returns>
    public async Task<CommandResult> RunAsync(
        string program, IReadOnlyList<string> arguments, string? input = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (NetworkNamespacePath is null)
        {
            start.FileName = Locate(program);
        }
        else
        {
            start.FileName = Locate("nsenter");
            start.ArgumentList.Add($"--net={NetworkNamespacePath}");
            start.ArgumentList.Add("--");
            start.ArgumentList.Add(Locate(program));
        }
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            return new CommandResult(127, "", $"{program} could not be started ({exception.Message}); is it installed?");
        }
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                if (input is not null)
                    await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The program left before it had read everything; its exit code and its own words say why.
            }
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new CommandResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>Standard output.</returns>
    /// <exception cref="CommandException">The program ended with another code than 0.</exception>
    public async Task<string> RunCheckedAsync(
        string program, IReadOnlyList<string> arguments, string? input = null, CancellationToken cancellationToken = default)
    {
        var result = await RunAsync(program, arguments, input, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? result.Output : throw new CommandException($"{program} {string.Join(' ', arguments)}", result);
    }

    private static string Locate(string program)
    {
        foreach (var folder in Folders)
        {
            var path = Path.Combine(folder, program);
            if (File.Exists(path))
                return path;
        }
        return program;
    }
}
