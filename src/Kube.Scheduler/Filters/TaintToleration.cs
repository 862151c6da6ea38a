using System.Collections.Immutable;
using k8s.Models;

namespace Kube.Scheduler.Filters;

/// <summary>Taints and tolerations (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/).</summary>
internal static class TaintToleration
{
    /// <summary>The taint Kubernetes gives a cordoned node; a pod that tolerates it may go there.</summary>
    public static readonly V1Taint Cordoned = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };

    /// <summary>The first taint that keeps the pod off, or null.</summary>
    public static V1Taint? FirstUntolerated(ImmutableArray<V1Taint> taints, ImmutableArray<V1Toleration> tolerations)
    {
        foreach (var taint in taints)
        {
            if (taint.Effect is "NoSchedule" or "NoExecute" && !Tolerates(tolerations, taint))
            {
                return taint;
            }
        }

        return null;
    }

    /// <summary>How many <c>PreferNoSchedule</c> taints are not tolerated.</summary>
    public static int CountUntoleratedPreferences(ImmutableArray<V1Taint> taints, ImmutableArray<V1Toleration> tolerations)
    {
        var count = 0;
        foreach (var taint in taints)
        {
            if (taint.Effect == "PreferNoSchedule" && !Tolerates(tolerations, taint))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Whether one of the tolerations covers the taint.</summary>
    public static bool Tolerates(ImmutableArray<V1Toleration> tolerations, V1Taint taint)
    {
        foreach (var t in tolerations)
        {
            if (!string.IsNullOrEmpty(t.Effect) && t.Effect != taint.Effect)
            {
                continue;
            }

            // An empty key with Exists tolerates everything; an empty operator means Equal.
            if (string.IsNullOrEmpty(t.Key) ? t.OperatorProperty == "Exists" : t.Key == taint.Key && (t.OperatorProperty == "Exists" || (t.Value ?? "") == (taint.Value ?? "")))
            {
                return true;
            }
        }

        return false;
    }
}
