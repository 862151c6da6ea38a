using Kube.Node.Probes;

namespace Kube.Node.Pods;

/// <summary>What a pod worker remembers of one declared container beyond what the runtime knows.</summary>
internal sealed class ContainerSlot(string name)
{
    public string Name { get; } = name;

    public RestartBackOff BackOff { get; } = new();

    /// <summary>The ended container whose end has been counted, so that no end is counted twice.</summary>
    public string? CountedId { get; set; }

    /// <summary>Earliest next start, or next attempt after a failed one.</summary>
    public DateTimeOffset? NextStart { get; set; }

    /// <summary>Why the container is waiting; null while it is not.</summary>
    public string? WaitingReason { get; set; }

    public string? WaitingMessage { get; set; }

    /// <summary>Failed attempts to create the container since the last success.</summary>
    public int FailedAttempts { get; set; }

    /// <summary>The running container; null when none runs.</summary>
    public string? RunningId { get; set; }

    /// <summary>The startup probe has succeeded, or there is none.</summary>
    public bool Started { get; set; }

    /// <summary>The readiness probe's verdict; true when there is none.</summary>
    public bool Serving { get; set; }

    public bool Ready => RunningId is not null && Started && Serving;

    /// <summary>Set by a failed liveness or startup probe: stop the container, its end does the rest.</summary>
    public string? KillReason { get; set; }

    public ContainerProbes? Probes { get; set; }

    public void ClearWaiting()
    {
        WaitingReason = WaitingMessage = null;
        NextStart = null;
        FailedAttempts = 0;
    }

    /// <summary>Records a failed start and when to try again.</summary>
    public void Fail(string reason, string message, DateTimeOffset now, DateTimeOffset? notBefore = null)
    {
        WaitingReason = reason;
        WaitingMessage = message;
        FailedAttempts++;
        NextStart = notBefore ?? now + RestartBackOff.Delay(FailedAttempts);
    }
}
