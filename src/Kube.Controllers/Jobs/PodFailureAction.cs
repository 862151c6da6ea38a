namespace Kube.Controllers.Jobs;

/// <summary>What a pod failure policy makes of a failure.</summary>
internal enum PodFailureAction
{
    /// <summary>It counts towards the back-off limit, as without a policy.</summary>
    Count,

    /// <summary>It does not count.</summary>
    Ignore,

    /// <summary>The job has failed.</summary>
    FailJob,

    /// <summary>The completion index has failed.</summary>
    FailIndex,
}
