using k8s.Models;

namespace Kube.Controllers.Deployments;

/// <summary>The numbers a rolling update keeps to.</summary>
/// <param name="Desired">Replicas asked for.</param>
/// <param name="MaxSurge">Pods above that.</param>
/// <param name="MaxUnavailable">Pods below that; never both zero.</param>
internal readonly record struct RollingBounds(int Desired, int MaxSurge, int MaxUnavailable)
{
    private const string Default = "25%";

    /// <summary>Most pods at a time.</summary>
    public int MaxTotal => Desired + MaxSurge;

    /// <summary>Least available pods at a time.</summary>
    public int MinAvailable => Math.Max(Desired - MaxUnavailable, 0);

    /// <summary>Reads a deployment; percentages count of the replicas, surge rounded up and unavailable down.</summary>
    public static RollingBounds Of(V1Deployment deployment)
    {
        var desired = deployment.Spec.Replicas ?? 1;
        if (deployment.Spec.Strategy?.Type == "Recreate")
        {
            return new RollingBounds(desired, 0, desired);
        }

        var rolling = deployment.Spec.Strategy?.RollingUpdate;
        var surge = IntOrPercent.Of(rolling?.MaxSurge?.Value ?? Default, desired, up: true);
        var unavailable = Math.Min(IntOrPercent.Of(rolling?.MaxUnavailable?.Value ?? Default, desired, up: false), desired);
        return new RollingBounds(desired, surge, surge == 0 && unavailable == 0 ? 1 : unavailable);
    }
}
