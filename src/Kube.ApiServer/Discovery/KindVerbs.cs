using Kube.ApiServer.Registry;

namespace Kube.ApiServer.Discovery;

/// <summary>Which verbs a kind and its subresources take.</summary>
internal static class KindVerbs
{
    public static IReadOnlyCollection<string> Of(ResourceKind kind) => kind.Verbs;

    public static IEnumerable<Subresource> Subresources(ResourceKind kind)
    {
        if (kind.HasStatus)
            yield return new Subresource("status", kind.Gvk.Group, kind.Gvk.Version, kind.Gvk.Kind, "get", "patch", "update");
        if (kind.HasScale)
            yield return new Subresource("scale", "autoscaling", "v1", "Scale", "get", "patch", "update");
        foreach (var sub in kind.Subresources)
            yield return sub;
    }
}
