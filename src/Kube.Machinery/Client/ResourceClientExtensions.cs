using k8s;
using k8s.Models;

namespace Kube.Machinery.Client;

/// <summary>Opens <see cref="ResourceClient{T}"/>s on a Kubernetes client.</summary>
public static class ResourceClientExtensions
{
    /// <summary>REST access to the kind of a model.</summary>
    /// <param name="client">A client made by <see cref="KubeClients"/>.</param>
    public static ResourceClient<T> Resource<T>(this IKubernetes client)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(new ApiConnection(client), ResourceType.Of<T>());

    /// <summary>REST access to a discovered kind with a model that need not know it, such as <see cref="PartialObject"/>.</summary>
    public static ResourceClient<T> Resource<T>(this IKubernetes client, ResourceType type)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(new ApiConnection(client), type);
}
