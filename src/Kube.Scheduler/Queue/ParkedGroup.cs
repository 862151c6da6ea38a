using Kube.Scheduler.Filters;

namespace Kube.Scheduler.Queue;

/// <summary>Pods of one shape that no node took: they would all get the same answer, so one of them asks for all.</summary>
/// <param name="Key">What they have in common.</param>
internal sealed record ParkedGroup(string Key)
{
    /// <summary>The pods by order of arrival.</summary>
    public SortedDictionary<long, QueuedPod> Pods { get; } = [];

    /// <summary>The filters that refused at the last try; none when there was no node at all.</summary>
    public Filter RefusedBy { get; set; }

    /// <summary>Kept by the queue: whether its refusals are counted there.</summary>
    public bool IsCounted { get; set; }

    /// <summary>What the last try said.</summary>
    public string Description { get; set; } = "";

    /// <summary>The cheapest change that would have helped; null when none was looked for.</summary>
    public string? Fix { get; set; }

    /// <summary>When the last try was.</summary>
    public DateTimeOffset TriedAt { get; set; }

    /// <summary>The one that asks for all.</summary>
    public QueuedPod First => Pods.Values.First();
}
