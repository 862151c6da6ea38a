namespace Portal.Core.Observe;

/// <summary>The health words, derived from watched objects alone.</summary>
public enum HealthState
{
    /// <summary>The watch is stale or has not begun: nothing is known.</summary>
    Unknown,

    /// <summary>Everything asked for runs and is ready.</summary>
    Healthy,

    /// <summary>On the way there, within its deadline.</summary>
    Progressing,

    /// <summary>Something asked for does not run.</summary>
    Degraded,

    /// <summary>Scaled to zero.</summary>
    Suspended,

    /// <summary>Nothing of it exists in the cluster.</summary>
    Missing,
}
