using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.EndpointSlices;

/// <summary>Which pods stand behind which services.</summary>
internal static class ServicePods
{
    /// <summary>Whether the service has a selector by which it takes pods.</summary>
    public static bool HasSelector(this V1Service service) => service.Spec.Selector is { Count: > 0 } && service.Spec.Type != "ExternalName";

    /// <summary>Whether the service has no address of its own.</summary>
    public static bool IsHeadless(this V1Service service) => service.Spec.ClusterIP == "None";

    /// <summary>Whether the pod has every label the service's selector asks for.</summary>
    public static bool Selects(this V1Service service, V1Pod pod)
    {
        foreach (var (key, value) in service.Spec.Selector)
        {
            if (pod.Metadata.Labels is null || !pod.Metadata.Labels.TryGetValue(key, out var have) || have != value)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Names the services whose endpoints a change of a pod may touch.</summary>
    public static void Affected(ClusterInformers informers, InformerEvent<V1Pod> change, Action<NamespacedName> found)
    {
        if (change.Old is { } old && change.Kind == InformerEventKind.Modified && !Matters(old, change.Object))
        {
            return;
        }

        foreach (var service in ClusterInformers.InNamespace(informers.Services, change.Object.Metadata.NamespaceProperty))
        {
            if (service.HasSelector() && (service.Selects(change.Object) || (change.Old is { } before && service.Selects(before))))
            {
                found(Names.Of(service));
            }
        }
    }

    private static bool Matters(V1Pod old, V1Pod now) =>
        old.Metadata.DeletionTimestamp is null != now.Metadata.DeletionTimestamp is null
        || old.IsReady() != now.IsReady()
        || old.HasEnded() != now.HasEnded()
        || old.Status?.PodIP != now.Status?.PodIP
        || old.Spec.NodeName != now.Spec.NodeName
        || !Same(old.Metadata.Labels, now.Metadata.Labels);

    private static bool Same(IDictionary<string, string>? a, IDictionary<string, string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) && (a is null || a.All(l => b!.TryGetValue(l.Key, out var value) && value == l.Value));
}
