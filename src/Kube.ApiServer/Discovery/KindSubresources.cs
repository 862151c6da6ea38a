using Kube.ApiServer.Registry;

namespace Kube.ApiServer.Discovery;

/// <summary>The subresources of a kind.</summary>
internal static class KindSubresources
{
    public static IEnumerable<Subresource> Of(ResourceKind kind)
    {
        if (kind.HasStatus)
            yield return new Subresource("status", kind.Gvk.Group, kind.Gvk.Version, kind.Gvk.Kind, "get", "patch", "update");
        if (kind.HasScale)
            yield return new Subresource("scale", "autoscaling", "v1", "Scale", "get", "patch", "update");
        foreach (var sub in kind.Subresources)
            yield return sub;
    }
}
