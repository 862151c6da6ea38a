namespace Integration.Tests.ApiServer;

/// <summary>What a kubectl run left.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record KubectlResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output of a run that must have succeeded.</summary>
    public string Succeeded => ExitCode == 0 ? Output : throw new InvalidOperationException($"kubectl failed with {ExitCode}: {Error} {Output}");
}
