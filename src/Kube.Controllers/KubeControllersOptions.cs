using System.Net;

namespace Kube.Controllers;

/// <summary>Settings of the controllers.</summary>
public sealed record KubeControllersOptions
{
    /// <summary>The range that every node gets a /24 of for its pods; an IPv4 network of /8 to /24.</summary>
    public IPNetwork ClusterPodCidr { get; init; } = IPNetwork.Parse("10.244.0.0/16");

    /// <summary>
    /// How long a node's Lease may show no renewal before it counts as lost even though the API server holds nothing against it (another server than ours, say); more
    /// than zero. Ours stores a renewal every five seconds.
    /// </summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(14);

    /// <summary>How often silence is looked for; more than zero.</summary>
    public TimeSpan NodeMonitorPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After what time pods that tolerate nothing leave a node that is not ready, or whose agent does not answer.</summary>
    public TimeSpan DefaultEvictionDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The same for a node whose agent has ended, or from which nothing at all comes back: there is no doubt about these.</summary>
    public TimeSpan LostEvictionDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long after its grace period a terminating pod of a stateless owner is kept when its node cannot be reached.</summary>
    public TimeSpan UnreachablePodDeletionDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a HorizontalPodAutoscaler looks at its metrics; more than zero.</summary>
    public TimeSpan AutoscalerPeriod { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether a Lease decides which of several controller processes works.</summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>Who this process is in the Lease; keep it the same over restarts of one installation.</summary>
    public string Identity { get; init; } = Environment.MachineName;

    /// <summary>PEM of the cluster's authority, published in every namespace as <c>kube-root-ca.crt</c>; null publishes none.</summary>
    public string? RootCertificate { get; init; }

    internal IEnumerable<string> Faults()
    {
        if (ClusterPodCidr.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || ClusterPodCidr.PrefixLength is < 8 or > 24)
        {
            yield return $"{nameof(ClusterPodCidr)} must be an IPv4 network of /8 to /24, not {ClusterPodCidr}";
        }

        if (NodeMonitorGracePeriod <= TimeSpan.Zero)
        {
            yield return $"{nameof(NodeMonitorGracePeriod)} must be more than zero";
        }

        if (NodeMonitorPeriod <= TimeSpan.Zero)
        {
            yield return $"{nameof(NodeMonitorPeriod)} must be more than zero";
        }

        if (DefaultEvictionDelay < TimeSpan.Zero)
        {
            yield return $"{nameof(DefaultEvictionDelay)} must not be negative";
        }

        if (LostEvictionDelay < TimeSpan.Zero)
        {
            yield return $"{nameof(LostEvictionDelay)} must not be negative";
        }

        if (UnreachablePodDeletionDelay < TimeSpan.Zero)
        {
            yield return $"{nameof(UnreachablePodDeletionDelay)} must not be negative";
        }

        if (AutoscalerPeriod <= TimeSpan.Zero)
        {
            yield return $"{nameof(AutoscalerPeriod)} must be more than zero";
        }

        if (LeaderElection && string.IsNullOrWhiteSpace(Identity))
        {
            yield return $"{nameof(Identity)} must not be empty";
        }
    }
}
