using System.Globalization;
using k8s.Models;

namespace Kube.Controllers.Deployments;

/// <summary>The numbers a rolling update keeps to.</summary>
/// <param name="Desired">Replicas asked for.</param>
/// <param name="MaxSurge">Pods above that.</param>
/// <param name="MaxUnavailable">Pods below that; never both zero.</param>
internal readonly record struct RollingBounds(int Desired, int MaxSurge, int MaxUnavailable)
{
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
        var surge = Resolve(rolling?.MaxSurge?.Value, desired, up: true);
        var unavailable = Math.Min(Resolve(rolling?.MaxUnavailable?.Value, desired, up: false), desired);
        return new RollingBounds(desired, surge, surge == 0 && unavailable == 0 ? 1 : unavailable);
    }

    private static int Resolve(string? value, int desired, bool up)
    {
        value ??= "25%";
        if (!value.EndsWith('%'))
        {
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }

        var share = int.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? (long)percent * desired : 0;
        return (int)(up ? (share + 99) / 100 : share / 100);
    }
}
