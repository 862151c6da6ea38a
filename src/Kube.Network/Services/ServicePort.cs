using System.Net;
using Kube.Network.Objects;

namespace Kube.Network.Services;

/// <summary>One port of one service that has ready endpoints.</summary>
/// <param name="Name"><c>namespace/service:port</c>, for people.</param>
/// <param name="ClusterAddress">The service's address.</param>
/// <param name="Protocol">Transport.</param>
/// <param name="Port">Port at that address.</param>
/// <param name="NodePort">Port at each node's own addresses, or null.</param>
/// <param name="ClientAffinity">Whether a client's address chooses the endpoint, instead of chance.</param>
/// <param name="Endpoints">Ready endpoints, sorted; never empty.</param>
internal sealed record ServicePort(
    string Name, IPAddress ClusterAddress, TransportProtocol Protocol, ushort Port, ushort? NodePort, bool ClientAffinity, IReadOnlyList<EndpointAddress> Endpoints)
{
    /// <summary>Name of its chain. Hashed, so that no text of a user ever is part of the table's syntax; the number is in it because names of ports may repeat.</summary>
    public string Chain { get; } = $"svc-{InstanceNames.Hash($"{Name}/{Protocol}/{Port}", 16)}";

    /// <inheritdoc/>
    public bool Equals(ServicePort? other) =>
        other is not null && Name == other.Name && ClusterAddress.Equals(other.ClusterAddress) && Protocol == other.Protocol && Port == other.Port
        && NodePort == other.NodePort && ClientAffinity == other.ClientAffinity && Endpoints.SequenceEqual(other.Endpoints);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Protocol, Port, Endpoints.Count);
}
