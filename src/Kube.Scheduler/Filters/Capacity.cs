using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Filters;

/// <summary>Resources and host ports: the filters that look at what is used.</summary>
internal static class Capacity
{
    /// <summary>Whether the pod's requests fit into what is free.</summary>
    public static bool Fits(ClusterSnapshot s, int node, PodShape pod)
    {
        var r = pod.Requests;

        // A resource the pod does not ask for may be overdrawn (the node shrank); it is no reason to refuse.
        return s.FreePods[node] > 0
            && (r.MilliCpu <= s.FreeMilliCpu[node] || r.MilliCpu == 0)
            && (r.Memory <= s.FreeMemory[node] || r.Memory == 0)
            && (r.EphemeralStorage <= s.FreeEphemeralStorage[node] || r.EphemeralStorage == 0)
            && (!pod.HasExtended || FitsExtended(s, node, r));
    }

    /// <summary>Whether the pod's host ports are free.</summary>
    public static bool PortsFree(ClusterSnapshot s, int node, PodShape pod)
    {
        if (pod.HostPorts.IsEmpty || s.UsedPorts[node] is not { IsEmpty: false } used)
        {
            return true;
        }

        foreach (var port in pod.HostPorts)
        {
            if (used.Any(port.CollidesWith))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The names of what is short, in Kubernetes' words.</summary>
    public static IEnumerable<string> Shortages(ClusterSnapshot s, int node, PodShape pod)
    {
        var r = pod.Requests;
        if (s.FreePods[node] <= 0)
        {
            yield return "Too many pods";
        }

        if (r.MilliCpu > s.FreeMilliCpu[node] && r.MilliCpu > 0)
        {
            yield return "Insufficient cpu";
        }

        if (r.Memory > s.FreeMemory[node] && r.Memory > 0)
        {
            yield return "Insufficient memory";
        }

        if (r.EphemeralStorage > s.FreeEphemeralStorage[node] && r.EphemeralStorage > 0)
        {
            yield return "Insufficient ephemeral-storage";
        }

        foreach (var (name, value) in r.Extended)
        {
            if (value > FreeExtended(s, node, name) && value > 0)
            {
                yield return $"Insufficient {name}";
            }
        }
    }

    private static bool FitsExtended(ClusterSnapshot s, int node, Requests r) => r.Extended.All(e => e.Value == 0 || e.Value <= FreeExtended(s, node, e.Key));

    private static long FreeExtended(ClusterSnapshot s, int node, string name) =>
        s.Facts[node]!.Allocatable.Extended.GetValueOrDefault(name) - (s.UsedExtended[node]?.GetValueOrDefault(name) ?? 0);
}
