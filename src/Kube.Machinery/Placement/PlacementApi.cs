namespace Kube.Machinery.Placement;

/// <summary>The API group of placement reviews, which Kubernetes does not have.</summary>
public static class PlacementApi
{
    /// <summary>The group.</summary>
    public const string Group = "scheduling.portal.dev";

    /// <summary>Its version.</summary>
    public const string Version = "v1alpha1";
}
