namespace Kube.Machinery.LeaderElection;

/// <summary>Which Lease decides, and how fast.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Namespace of the Lease.</summary>
    public string Namespace { get; init; } = "kube-system";

    /// <summary>Name of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Who this candidate is. A candidate that restarts under the same identity takes its own Lease back at once instead of waiting
    /// for it to expire; two candidates that run at the same time must differ.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>How long a Lease holds without renewal.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long the leader tries to renew before it stops leading; shorter than <see cref="LeaseDuration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Pause between two tries.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
