using System.Collections.Frozen;
using System.Net;

namespace Kube.Network.Services;

/// <summary>All service ports of the cluster at one moment, by chain name.</summary>
internal sealed class ServiceTable(IEnumerable<ServicePort> ports)
{
    /// <summary>A table without services.</summary>
    public static readonly ServiceTable Empty = new([]);

    /// <summary>Ports by chain name.</summary>
    public FrozenDictionary<string, ServicePort> Ports { get; } = ports.ToFrozenDictionary(port => port.Chain, StringComparer.Ordinal);

    /// <summary>Addresses of all endpoints: a pod that reaches itself through a service must not see its own address as the sender.</summary>
    public IReadOnlySet<IPAddress> EndpointAddresses => _endpointAddresses ??= Ports.Values.SelectMany(port => port.Endpoints).Select(e => e.Address).ToHashSet();

    private HashSet<IPAddress>? _endpointAddresses;
}
