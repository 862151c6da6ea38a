namespace Kube.ApiServer.Watch;

/// <summary>The watches of one scope of a resource; guarded by the ring's lock.</summary>
internal sealed class ScopeFollowers
{
    /// <summary>How many there are.</summary>
    public int Count { get; set; }

    /// <summary>The newest event of the scope that the ring has let go, as a revision.</summary>
    public long Evicted { get; set; }

    /// <summary>Completes when more has come for the scope; null when nobody waits.</summary>
    public TaskCompletionSource? Changed { get; set; }
}
