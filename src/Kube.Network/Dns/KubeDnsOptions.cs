using System.Net;

namespace Kube.Network.Dns;

/// <summary>What the cluster's name server on a node needs to know.</summary>
public sealed record KubeDnsOptions
{
    /// <summary>Where it listens, UDP and TCP. Pods get the address as their name server; it is one this node holds itself (<see cref="Pods.PodNetworkOptions.LocalServiceAddresses"/>).</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The cluster's domain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The cluster's service and pod ranges: reverse questions about them are answered here and never forwarded.</summary>
    public IReadOnlyList<IPNetwork> ClusterRanges { get; init; } = [];

    /// <summary>Name servers for everything else; empty to read them from <see cref="ResolverFile"/>.</summary>
    public IReadOnlyList<IPEndPoint> Upstreams { get; init; } = [];

    /// <summary>The node's own resolver configuration.</summary>
    public string ResolverFile { get; init; } = "/etc/resolv.conf";

    /// <summary>How long clients may keep an answer, in seconds. Short, because endpoints change.</summary>
    public int TimeToLive { get; init; } = 5;

    /// <summary>Longest wait for one upstream.</summary>
    public TimeSpan UpstreamTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Throws unless all values are usable.</summary>
    internal void Validate()
    {
        var faults = new OptionFaults("Dns");
        faults.Require(Listen is not null, nameof(Listen), "must be an address and a port");
        faults.Require(Uri.CheckHostName(ClusterDomain) == UriHostNameType.Dns, nameof(ClusterDomain), "must be a domain");
        faults.RequirePath(ResolverFile, nameof(ResolverFile));
        faults.Require(TimeToLive is >= 0 and <= 3600, nameof(TimeToLive), "must be 0-3600 s");
        faults.Require(UpstreamTimeout > TimeSpan.Zero, nameof(UpstreamTimeout), "must be positive");
        faults.Require(Upstreams.All(upstream => Listen is null || !upstream.Equals(Listen)), nameof(Upstreams), "must not contain the address it listens at");
        faults.ThrowIfAny(typeof(KubeDnsOptions));
    }
}
