using System.Net;

namespace Kube.Network.Pods;

/// <summary>What the pod network of one node needs to know.</summary>
public sealed record PodNetworkOptions
{
    /// <summary>Name of this node's Node object.</summary>
    public required string NodeName { get; init; }

    /// <summary>Tells apart the instances on one machine; a DNS label. Device and CNI network names derive from it.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Folder the container runtime reads CNI configuration from; made if missing.</summary>
    public required string CniConfigurationDirectory { get; init; }

    /// <summary>Folder in which host-local keeps the addresses it gave out; own to this node.</summary>
    public required string AddressDirectory { get; init; }

    /// <summary>The whole cluster's pod range, of which each node has a part.</summary>
    public required IPNetwork ClusterPodCidr { get; init; }

    /// <summary>The cluster's service range.</summary>
    public required IPNetwork ServiceCidr { get; init; }

    /// <summary>Addresses out of the service range held by this node itself, such as the cluster DNS; each node has the same.</summary>
    public IReadOnlyList<IPAddress> LocalServiceAddresses { get; init; } = [];

    /// <summary>MTU of pod interfaces in bytes, or null for the kernel's.</summary>
    public int? Mtu { get; init; }

    /// <summary>Number that marks the routes of the pod network in the kernel's table (`ip route … proto N`), 5-255.</summary>
    public byte RouteProtocol { get; init; } = 157;

    /// <summary>Network namespace to work in (<c>/run/netns/NAME</c>), or null for the process's own.</summary>
    public string? NetworkNamespacePath { get; init; }

    /// <summary>How often the kernel's state is compared with the wanted one without being asked.</summary>
    public TimeSpan ResyncPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Throws unless all values are usable.</summary>
    internal void Validate()
    {
        var faults = new OptionFaults("PodNetwork");
        faults.Require(!string.IsNullOrEmpty(NodeName), nameof(NodeName), "must name this node");
        faults.RequireLabel(InstanceId, nameof(InstanceId));
        faults.RequirePath(CniConfigurationDirectory, nameof(CniConfigurationDirectory));
        faults.RequirePath(AddressDirectory, nameof(AddressDirectory));
        faults.RequireIPv4(ClusterPodCidr, nameof(ClusterPodCidr));
        faults.RequireIPv4(ServiceCidr, nameof(ServiceCidr));
        faults.Require(!Ranges.Overlap(ClusterPodCidr, ServiceCidr), nameof(ServiceCidr), "must not overlap the pod range");
        faults.Require(LocalServiceAddresses.All(ServiceCidr.Contains), nameof(LocalServiceAddresses), "must lie in the service range");
        faults.Require(Mtu is null or (>= 576 and <= 65535), nameof(Mtu), "must be 576-65535");
        faults.Require(RouteProtocol >= 5, nameof(RouteProtocol), "must be at least 5; lower numbers are the kernel's");
        faults.Require(NetworkNamespacePath is null || Path.IsPathRooted(NetworkNamespacePath), nameof(NetworkNamespacePath), "must be an absolute path");
        faults.ThrowIfAny(typeof(PodNetworkOptions));
    }
}
