namespace Kube.Machinery.WorkQueues;

/// <summary>How a work queue paces repeated failures.</summary>
public sealed record WorkQueueOptions
{
    /// <summary>Wait after the first failure of a key; doubles with each further one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest wait.</summary>
    public TimeSpan LastBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many keys are worked on at once.</summary>
    public int Workers { get; init; } = 4;
}
