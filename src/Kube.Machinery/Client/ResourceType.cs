using System.Collections.Concurrent;
using System.Reflection;
using k8s;
using k8s.Models;

namespace Kube.Machinery.Client;

/// <summary>Where a kind of objects lives in the API.</summary>
/// <param name="Group">API group; an empty string for the core group.</param>
/// <param name="Version">Version, for instance <c>v1</c>.</param>
/// <param name="Plural">Plural resource name, for instance <c>pods</c>.</param>
/// <param name="Kind">Kind, for instance <c>Pod</c>.</param>
/// <param name="Namespaced">Whether objects live in namespaces. Only discovery knows; paths do not need it.</param>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced = true)
{
    private static readonly ConcurrentDictionary<Type, ResourceType> Known = new();

    /// <summary><c>v1</c> or <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The resource type of a model, from its <see cref="KubernetesEntityAttribute"/>.</summary>
    /// <exception cref="ArgumentException">The model has no such attribute.</exception>
    public static ResourceType Of<T>()
        where T : IKubernetesObject => Known.GetOrAdd(typeof(T), static type =>
    {
        var entity = type.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new ArgumentException($"{type.Name} carries no KubernetesEntity attribute; name its ResourceType.");
        return new ResourceType(entity.Group ?? "", entity.ApiVersion, entity.PluralName, entity.Kind);
    });

    /// <summary>The path below the server's address, without a leading slash.</summary>
    /// <param name="ns">Namespace; null or empty for all namespaces and for cluster-scoped kinds.</param>
    /// <param name="name">Object name; null for the collection.</param>
    /// <param name="subresource">Subresource, for instance <c>status</c>.</param>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        if (!string.IsNullOrEmpty(ns))
        {
            path += $"/namespaces/{Uri.EscapeDataString(ns)}";
        }

        path += $"/{Plural}";
        if (name is not null)
        {
            path += $"/{Uri.EscapeDataString(name)}";
        }

        return subresource is null ? path : $"{path}/{subresource}";
    }
}
