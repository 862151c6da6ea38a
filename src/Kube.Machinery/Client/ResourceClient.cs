using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Kube.Machinery.Client;

/// <summary>
/// REST access to one kind of objects. Models drop fields they do not know, therefore there is no replace: change objects by
/// <see cref="PatchAsync"/>. Every member throws <see cref="ApiException"/> for an answer that is no success and
/// <see cref="HttpRequestException"/> when the server is not reached.
/// </summary>
/// <typeparam name="T">Model of the objects.</typeparam>
public sealed class ResourceClient<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ApiConnection _api;

    internal ResourceClient(ApiConnection api, ResourceType type)
    {
        _api = api;
        Type = type;
    }

    /// <summary>The kind this client reaches.</summary>
    public ResourceType Type { get; }

    /// <summary>Lists a namespace, or all.</summary>
    /// <param name="ns">Namespace; null for all namespaces or a cluster-scoped kind.</param>
    /// <param name="query">Selectors; null for everything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ResourceList<T>> ListAsync(string? ns, ListQuery? query, CancellationToken cancellationToken)
    {
        using var response = await _api.SendAsync(HttpMethod.Get, Type.Path(ns) + QueryOf(query ?? ListQuery.All, watch: false), null, null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var document = await JsonDocument.ParseAsync(stream, default, cancellationToken);
        var root = document.RootElement;
        var items = new List<T>();
        if (root.TryGetProperty("items", out var array) && array.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in array.EnumerateArray())
            {
                items.Add(KubernetesJson.Deserialize<T>(element));
            }
        }

        return new ResourceList<T>(root.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? "", items);
    }

    /// <summary>
    /// Follows changes. The stream ends when the server ends it; resume behind the last version seen.
    /// </summary>
    /// <exception cref="ApiException">Also for an <c>ERROR</c> line within the stream; 410 means: list again.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(string? ns, ListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _api.SendAsync(HttpMethod.Get, Type.Path(ns) + QueryOf(query, watch: true), null, null, cancellationToken, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var bytes in WatchLines.ReadAsync(stream, cancellationToken))
        {
            using var line = WatchLines.Parse(bytes, query.OmitManagedFields);
            if (line.Type == "ERROR")
            {
                var status = line.Read<V1Status>();
                throw new ApiException((System.Net.HttpStatusCode)(status.Code ?? 500), status);
            }

            WatchEventKind? kind = line.Type switch
            {
                "ADDED" => WatchEventKind.Added,
                "MODIFIED" => WatchEventKind.Modified,
                "DELETED" => WatchEventKind.Deleted,
                "BOOKMARK" => WatchEventKind.Bookmark,
                _ => null,
            };
            if (kind is { } known)
            {
                yield return new WatchEvent<T>(known, line.Read<T>());
            }
        }
    }

    /// <summary>The object, or null when there is none.</summary>
    public async Task<T?> GetAsync(string? ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(HttpMethod.Get, Type.Path(ns, name), null, null, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>A subresource that is an object of the client's model, such as <c>scale</c>; null when the object or the subresource does not exist.</summary>
    public async Task<T?> GetSubresourceAsync(string? ns, string name, string subresource, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(HttpMethod.Get, Type.Path(ns, name, subresource), null, null, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Creates an object in the namespace its metadata names.</summary>
    /// <returns>The object as stored.</returns>
    public Task<T> CreateAsync(T body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        body.ApiVersion ??= Type.ApiVersion;
        body.Kind ??= Type.Kind;
        return ReadAsync(HttpMethod.Post, Type.Path(body.Metadata?.NamespaceProperty), KubernetesJson.Serialize(body), "application/json", cancellationToken);
    }

    /// <summary>Creates an object from a raw document, fields unknown to the model included.</summary>
    /// <returns>The object as stored.</returns>
    public Task<T> CreateRawAsync(string? ns, JsonObject body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        body["apiVersion"] = Type.ApiVersion;
        body["kind"] = Type.Kind;
        return ReadAsync(HttpMethod.Post, Type.Path(ns), body.ToJsonString(), "application/json", cancellationToken);
    }

    /// <summary>
    /// Changes an object. A patch that carries <c>metadata.resourceVersion</c> is refused with a conflict when the object has changed since.
    /// </summary>
    /// <param name="ns">Namespace; null for a cluster-scoped kind.</param>
    /// <param name="name">Object name.</param>
    /// <param name="patch">The patch document: a <see cref="JsonNode"/>, a model or an anonymous type.</param>
    /// <param name="kind">Its format.</param>
    /// <param name="cancellationToken">Gives up; the patch may or may not have happened.</param>
    /// <param name="subresource">For instance <c>status</c>; null for the object itself.</param>
    /// <param name="fieldManager">Field manager; required for <see cref="PatchKind.Apply"/>.</param>
    /// <param name="force">Server-side apply takes fields over from other managers.</param>
    /// <returns>The object as stored.</returns>
    public Task<T> PatchAsync(
        string? ns,
        string name,
        object patch,
        PatchKind kind,
        CancellationToken cancellationToken,
        string? subresource = null,
        string? fieldManager = null,
        bool force = false)
    {
        ArgumentNullException.ThrowIfNull(patch);
        var body = patch is JsonNode node ? node.ToJsonString() : KubernetesJson.Serialize(patch);
        var contentType = kind switch
        {
            PatchKind.Merge => "application/merge-patch+json",
            PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
            PatchKind.Json => "application/json-patch+json",
            _ => "application/apply-patch+yaml",
        };
        var path = Type.Path(ns, name, subresource);
        if (fieldManager is not null)
        {
            path += $"?fieldManager={Uri.EscapeDataString(fieldManager)}{(force ? "&force=true" : "")}";
        }

        return ReadAsync(HttpMethod.Patch, path, body, contentType, cancellationToken);
    }

    /// <summary>Patches the status subresource with a merge patch.</summary>
    public Task<T> PatchStatusAsync(string? ns, string name, object patch, CancellationToken cancellationToken) =>
        PatchAsync(ns, name, patch, PatchKind.Merge, cancellationToken, "status");

    /// <summary>Posts a body to a subresource such as <c>binding</c>; the answer is read for errors only.</summary>
    public async Task PostAsync(string? ns, string name, string subresource, object body, CancellationToken cancellationToken)
    {
        using var response = await _api.SendAsync(HttpMethod.Post, Type.Path(ns, name, subresource), KubernetesJson.Serialize(body), "application/json", cancellationToken);
    }

    /// <summary>Replaces a subresource's body by a raw document (for instance <c>finalize</c> of a namespace).</summary>
    public async Task PutAsync(string? ns, string name, string? subresource, JsonNode body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var response = await _api.SendAsync(HttpMethod.Put, Type.Path(ns, name, subresource), body.ToJsonString(), "application/json", cancellationToken);
    }

    /// <summary>The whole object as the server sent it, unknown fields included; null when there is none.</summary>
    public async Task<JsonObject?> GetRawAsync(string? ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _api.SendAsync(HttpMethod.Get, Type.Path(ns, name), null, null, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return (JsonObject?)await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Deletes an object.</summary>
    /// <param name="ns">Namespace; null for a cluster-scoped kind.</param>
    /// <param name="name">Object name.</param>
    /// <param name="options">Grace period, propagation, preconditions; null for the kind's defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there was nothing to delete.</returns>
    public async Task<bool> DeleteAsync(string? ns, string name, V1DeleteOptions? options, CancellationToken cancellationToken)
    {
        string? body = null;
        if (options is not null)
        {
            options.ApiVersion ??= "v1";
            options.Kind ??= "DeleteOptions";
            body = KubernetesJson.Serialize(options);
        }

        try
        {
            using var response = await _api.SendAsync(HttpMethod.Delete, Type.Path(ns, name), body, "application/json", cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private static string QueryOf(ListQuery query, bool watch)
    {
        var text = new StringBuilder(watch ? "?watch=true&allowWatchBookmarks=true" : "");
        Append("labelSelector", query.LabelSelector);
        Append("fieldSelector", query.FieldSelector);
        Append("resourceVersion", query.ResourceVersion);
        Append("limit", watch ? null : query.Limit?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Append("timeoutSeconds", watch && query.Timeout is { } t ? ((int)t.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
        return text.ToString();

        void Append(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    private async Task<T> ReadAsync(HttpMethod method, string path, string? body, string? contentType, CancellationToken cancellationToken)
    {
        using var response = await _api.SendAsync(method, path, body, contentType, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return KubernetesJson.Deserialize<T>(stream);
    }
}
