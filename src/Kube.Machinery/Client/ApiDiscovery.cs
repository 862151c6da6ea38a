using System.Text.Json;
using k8s;

namespace Kube.Machinery.Client;

/// <summary>Asks an API server which kinds it serves (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api).</summary>
public static class ApiDiscovery
{
    /// <summary>Every kind in its group's preferred version that can be listed, watched and deleted.</summary>
    /// <exception cref="ApiException">A group could not be read; the answer would not be complete.</exception>
    public static async Task<IReadOnlyList<ResourceType>> DiscoverResourcesAsync(this IKubernetes client, CancellationToken cancellationToken)
    {
        var api = new ApiConnection(client);
        var found = new List<ResourceType>();
        await ReadGroupVersion(api, "", "v1", found, cancellationToken);
        using var groups = await ReadAsync(api, "apis", cancellationToken);
        foreach (var group in groups.RootElement.GetProperty("groups").EnumerateArray())
        {
            var version = group.TryGetProperty("preferredVersion", out var preferred)
                ? preferred.GetProperty("version").GetString()!
                : group.GetProperty("versions")[0].GetProperty("version").GetString()!;
            await ReadGroupVersion(api, group.GetProperty("name").GetString()!, version, found, cancellationToken);
        }

        return found;
    }

    private static async Task ReadGroupVersion(ApiConnection api, string group, string version, List<ResourceType> found, CancellationToken cancellationToken)
    {
        using var document = await ReadAsync(api, group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}", cancellationToken);
        foreach (var resource in document.RootElement.GetProperty("resources").EnumerateArray())
        {
            var name = resource.GetProperty("name").GetString()!;
            var verbs = resource.GetProperty("verbs").EnumerateArray().Select(v => v.GetString()).ToHashSet();
            if (!name.Contains('/', StringComparison.Ordinal) && verbs.IsSupersetOf(["list", "watch", "delete"]))
            {
                found.Add(new ResourceType(group, version, name, resource.GetProperty("kind").GetString()!, resource.GetProperty("namespaced").GetBoolean()));
            }
        }
    }

    private static async Task<JsonDocument> ReadAsync(ApiConnection api, string path, CancellationToken cancellationToken)
    {
        using var response = await api.SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonDocument.ParseAsync(stream, default, cancellationToken);
    }
}
