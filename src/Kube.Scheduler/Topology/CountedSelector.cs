using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Topology;

/// <summary>The pods a selector selects, counted by node as they come and go.</summary>
internal sealed class CountedSelector(PodSelector selector)
{
    public PodSelector Selector { get; } = selector;

    public NodeCounts Pods { get; } = new();
}
