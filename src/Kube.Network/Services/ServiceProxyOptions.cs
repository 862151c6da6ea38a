using System.Net;
using System.Text.RegularExpressions;

namespace Kube.Network.Services;

/// <summary>What the service proxy of one node needs to know.</summary>
public sealed partial record ServiceProxyOptions
{
    /// <summary>Tells apart the instances on one machine; a DNS label.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The whole cluster's pod range.</summary>
    public required IPNetwork ClusterPodCidr { get; init; }

    /// <summary>The cluster's service range. What is sent to it and belongs to no service with ready endpoints is refused at once.</summary>
    public required IPNetwork ServiceCidr { get; init; }

    /// <summary>Name of the nftables table (family ip), or null to derive it from <see cref="InstanceId"/>.</summary>
    public string? TableName { get; init; }

    /// <summary>Network namespace to work in (<c>/run/netns/NAME</c>), or null for the process's own.</summary>
    public string? NetworkNamespacePath { get; init; }

    /// <summary>How long changes are collected after the first one before the table is changed. Short: what comes while a change is under way is collected anyway.</summary>
    public TimeSpan CoalescePeriod { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How often the kernel is asked whether the table is still there.</summary>
    public TimeSpan ResyncPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The table's name.</summary>
    internal string Table => TableName ?? InstanceNames.ServiceTable(InstanceId);

    /// <summary>Throws unless all values are usable.</summary>
    internal void Validate()
    {
        var faults = new OptionFaults("ServiceProxy");
        faults.RequireLabel(InstanceId, nameof(InstanceId));
        faults.RequireIPv4(ClusterPodCidr, nameof(ClusterPodCidr));
        faults.RequireIPv4(ServiceCidr, nameof(ServiceCidr));
        faults.Require(!Ranges.Overlap(ClusterPodCidr, ServiceCidr), nameof(ServiceCidr), "must not overlap the pod range");
        faults.Require(TableName is null || TablePattern().IsMatch(TableName), nameof(TableName), "must be a-z, 0-9, - and _, starting with a letter, at most 32");
        faults.Require(NetworkNamespacePath is null || Path.IsPathRooted(NetworkNamespacePath), nameof(NetworkNamespacePath), "must be an absolute path");
        faults.Require(CoalescePeriod >= TimeSpan.Zero && CoalescePeriod <= TimeSpan.FromMilliseconds(100), nameof(CoalescePeriod), "must be 0-100 ms");
        faults.Require(ResyncPeriod > TimeSpan.Zero, nameof(ResyncPeriod), "must be positive");
        faults.ThrowIfAny(typeof(ServiceProxyOptions));
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,31}$")]
    private static partial Regex TablePattern();
}
