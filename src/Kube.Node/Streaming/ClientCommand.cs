namespace Kube.Node.Streaming;

/// <summary>A command that a client runs in a container.</summary>
/// <param name="ContainerId">The container.</param>
/// <param name="Arguments">Its arguments as <c>/proc/PID/cmdline</c> has them, NUL between them.</param>
internal sealed record ClientCommand(string ContainerId, string Arguments)
{
    /// <summary>Whether a process with this command line is it. A script's interpreter stands before the script.</summary>
    public bool Matches(string commandLine) => commandLine.EndsWith(Arguments, StringComparison.Ordinal);
}
