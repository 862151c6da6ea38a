namespace Kube.Network.Processes;

/// <summary>A program of the operating system refused what the network needs; the message names the program, its arguments and its own words.</summary>
internal sealed class CommandException(string command, CommandResult result)
    : Exception($"`{command}` ended with {result.ExitCode}: {result.Error.Trim()}")
{
    /// <summary>What the program left behind.</summary>
    public CommandResult Result { get; } = result;
}
