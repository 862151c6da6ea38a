namespace Kube.Scheduler.Filters;

/// <summary>The filters in the order they are asked. Flags, so that a pod can remember all that refused it.</summary>
[Flags]
internal enum Filter
{
    /// <summary>Nothing refused.</summary>
    None = 0,

    /// <summary>The node is cordoned.</summary>
    NodeUnschedulable = 1,

    /// <summary>A taint the pod does not tolerate.</summary>
    TaintToleration = 2,

    /// <summary>Node selector or required node affinity.</summary>
    NodeAffinity = 4,

    /// <summary>A host port is taken.</summary>
    NodePorts = 8,

    /// <summary>Not enough of a resource is free.</summary>
    NodeResources = 16,

    /// <summary>A claim is missing or unbound, or its volume is elsewhere.</summary>
    VolumeBinding = 32,

    /// <summary>Topology spread constraints.</summary>
    PodTopologySpread = 64,

    /// <summary>Pod affinity and anti-affinity, of the pod and of those already there.</summary>
    InterPodAffinity = 128,
}
