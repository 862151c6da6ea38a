using Kube.Network.Objects;
using Kube.Network.Processes;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Services;

/// <summary>
/// Ends connection-tracking entries of UDP. A UDP sender that keeps its port would otherwise stay with an endpoint that left for as long as it keeps sending.
/// </summary>
internal sealed class UdpFlows(CommandRunner commands, ILogger logger)
{
    /// <summary>Ends the flows to endpoints that were in one state and are not in the next.</summary>
    public async Task EndAsync(ServiceTable old, ServiceTable now, CancellationToken cancellationToken)
    {
        foreach (var (port, endpoint) in Departed(old, now))
        {
            var result = await commands.RunAsync(
                "conntrack", ["-D", "-p", "udp", "--orig-dst", port.ClusterAddress.ToString(), "--reply-src", endpoint.Address.ToString()], null, cancellationToken).ConfigureAwait(false);
            // Exit code 1 with this text is conntrack's way to say that there was nothing to end.
            if (!result.Succeeded && !result.Error.Contains("0 flow entries", StringComparison.Ordinal))
                logger.FlowsNotEnded(port.Name, endpoint.ToString(), result.Error.Trim());
            if (port.NodePort is { } nodePort)
            {
                await commands.RunAsync(
                    "conntrack", ["-D", "-p", "udp", "--orig-port-dst", $"{nodePort}", "--reply-src", endpoint.Address.ToString()], null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>UDP endpoints that left. Pure.</summary>
    internal static IEnumerable<(ServicePort Port, EndpointAddress Endpoint)> Departed(ServiceTable old, ServiceTable now)
    {
        foreach (var before in old.Ports.Values.Where(port => port.Protocol == TransportProtocol.Udp))
        {
            var stays = now.Ports.TryGetValue(before.Chain, out var after) && after.ClusterAddress.Equals(before.ClusterAddress) ? after.Endpoints : [];
            foreach (var endpoint in before.Endpoints.Except(stays))
                yield return (before, endpoint);
        }
    }
}
