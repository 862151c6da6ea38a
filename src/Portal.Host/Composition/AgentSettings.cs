namespace Portal.Host.Composition;

/// <summary>What one agent is told on its command line.</summary>
/// <param name="Servers">The addresses of the cluster's API servers; at least one.</param>
/// <param name="JoinToken">One-time join token; null once the node has credentials.</param>
/// <param name="Data">The agent's data directory.</param>
/// <param name="NodeName">The Node object's name.</param>
/// <param name="NodeAddress">The node's InternalIP.</param>
internal sealed record AgentSettings(IReadOnlyList<string> Servers, string? JoinToken, string Data, string NodeName, string NodeAddress)
{
    /// <summary>Where containerd finds its network configuration.</summary>
    public static string CniConfigurationIn(string agentData) => Path.Combine(agentData, "cni/net.d");
}
