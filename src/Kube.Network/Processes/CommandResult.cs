namespace Kube.Network.Processes;

/// <summary>What one run of a program left behind.</summary>
/// <param name="ExitCode">The process's exit code; 0 means success.</param>
/// <param name="Output">Standard output, whole.</param>
/// <param name="Error">Standard error, whole.</param>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>True when the program reported success.</summary>
    public bool Succeeded => ExitCode == 0;
}
