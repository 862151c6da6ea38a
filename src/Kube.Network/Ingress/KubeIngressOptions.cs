using System.Net;

namespace Kube.Network.Ingress;

/// <summary>What the ingress needs to know.</summary>
public sealed record KubeIngressOptions
{
    /// <summary>Ingresses with this <c>spec.ingressClassName</c> (or the older annotation <c>kubernetes.io/ingress.class</c>) are served; others are not touched.</summary>
    public string ClassName { get; init; } = "portal";

    /// <summary>Addresses or host names at which clients reach this ingress; written to <c>status.loadBalancer</c>.</summary>
    public IReadOnlyList<string> StatusAddresses { get; init; } = [];

    /// <summary>Longest wait for a connection to one endpoint before another is tried.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest silence of a backend within a request.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How long changes are collected after the first one before the table is swapped.</summary>
    public TimeSpan CoalescePeriod { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long an endpoint that refused a connection is avoided while others exist.</summary>
    public TimeSpan SuspicionPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Throws unless all values are usable.</summary>
    internal void Validate()
    {
        var faults = new OptionFaults("Ingress");
        faults.Require(!string.IsNullOrWhiteSpace(ClassName), nameof(ClassName), "must name an ingress class");
        faults.Require(
            StatusAddresses.All(address => IPAddress.TryParse(address, out _) || Uri.CheckHostName(address) == UriHostNameType.Dns),
            nameof(StatusAddresses), "must be addresses or host names");
        faults.Require(ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout), "must be positive");
        faults.Require(ActivityTimeout > TimeSpan.Zero, nameof(ActivityTimeout), "must be positive");
        faults.Require(CoalescePeriod >= TimeSpan.Zero && CoalescePeriod <= TimeSpan.FromMilliseconds(100), nameof(CoalescePeriod), "must be 0-100 ms");
        faults.Require(SuspicionPeriod >= TimeSpan.Zero, nameof(SuspicionPeriod), "must not be negative");
        faults.ThrowIfAny(typeof(KubeIngressOptions));
    }
}
