using Kube.Scheduler.Filters;

namespace Kube.Scheduler;

/// <summary>Why a node does not take a pod.</summary>
/// <param name="Filter">The first filter that refuses; none when the node takes the pod.</param>
/// <param name="Reason">Why, in Kubernetes' words; null for resources, of which several may be short.</param>
internal readonly record struct Refusal(Filter Filter, string? Reason)
{
    /// <summary>The node takes the pod.</summary>
    public static Refusal None => default;

    /// <summary>Whether taking pods off the node could change the answer.</summary>
    public bool IsCurable => Filter is Filter.NodePorts or Filter.NodeResources or Filter.PodTopologySpread or Filter.InterPodAffinity
        && Reason is not (Topology.TopologyRules.AffinityReason or Topology.TopologyRules.SpreadLabelReason);
}
