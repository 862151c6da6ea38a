using System.Net;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>The agent of this machine, as <c>portal up</c> starts it.</summary>
internal static class LocalAgent
{
    /// <summary>This machine's host name as a DNS-1123 subdomain.</summary>
    public static string NodeName
    {
        get
        {
            var name = new string([.. Dns.GetHostName().ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) || character == '.' ? character : '-')]).Trim('-', '.');
            return name.Length == 0 ? "node" : name.Length > 63 ? name[..63].TrimEnd('-', '.') : name;
        }
    }

    /// <summary>
    /// What keeps the agent small beside the apps it runs: no background collector, a young generation of 4 MB (the default follows the processor's cache),
    /// giving memory back early (https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector), and no second compilation of what is compiled ahead
    /// (https://learn.microsoft.com/dotnet/core/runtime-config/compilation): an agent waits for containerd and the API, not for its own code.
    /// </summary>
    public static IReadOnlyList<string> SmallFootprint { get; } = ["DOTNET_gcConcurrent=0", "DOTNET_GCgen0size=0x400000", "DOTNET_GCConserveMemory=7", "DOTNET_TieredCompilation=0"];

    /// <summary>How an agent starts the guard of its stateful pods: this program again, which does nothing but look at a clock.</summary>
    public static IReadOnlyList<string> GuardCommand => ["env", .. SmallFootprint, "DOTNET_GCHeapHardLimit=0x1000000", Environment.ProcessPath!, "guard"];

    /// <summary>The agent's command line.</summary>
    public static IReadOnlyList<string> Arguments(StartOptions options, string? joinToken)
    {
        List<string> arguments =
        [
            "agent", "--server", options.KubernetesUrl, "--data", options.Data.Agent, "--name", NodeName, "--node-ip", options.NodeAddress,
        ];
        if (joinToken is not null)
            arguments.AddRange(["--token", joinToken]);
        return arguments;
    }
}
