using System.Collections.Concurrent;
using System.Text.Json;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Discovery;

/// <summary>
/// Tells clients which kinds there are: the aggregated form when they accept it, else group by group.
/// See https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api.
/// </summary>
internal sealed class DiscoveryHandler(ResourceCatalog catalog)
{
    // The documents of one snapshot of the catalog: they go with it when a custom kind comes or goes.
    private volatile DocumentSet? _set;

    /// <summary>Answers <c>/api</c>, <c>/apis</c>, <c>/apis/GROUP</c>, <c>/api/v1</c> and <c>/apis/GROUP/VERSION</c>; false for other paths.</summary>
    public async Task<bool> TryHandleAsync(HttpContext http, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var aggregated = AggregatedVersion(http.Request);
        var contentType = "application/json";
        byte[]? body = null;
        switch (parts)
        {
            case ["api" or "apis"] when aggregated is not null:
                contentType = $"application/json;g=apidiscovery.k8s.io;v={aggregated};as=APIGroupDiscoveryList";
                body = Documents.GetOrAdd($"{aggregated} {parts[0]}", _ => Aggregated(aggregated, parts[0] == "api"));
                break;
            case ["api"]:
                body = Replies.Write(WriteVersions);
                break;
            case ["apis"]:
                body = Documents.GetOrAdd("groups", _ => Replies.Write(WriteGroups));
                break;
            case ["apis", var group] when Groups(core: false).FirstOrDefault(g => g.Key == group) is { } found:
                body = Replies.Write(w => WriteGroup(w, found, typed: true));
                break;
            case ["api", var version]:
                body = Resources("", version);
                break;
            case ["apis", var group, var version]:
                body = Resources(group, version);
                break;
        }

        if (body is null)
            return false;
        http.Response.Headers.Vary = "Accept";
        await ConditionalReply.SendAsync(http, body, contentType).ConfigureAwait(false);
        return true;
    }

    private ConcurrentDictionary<string, byte[]> Documents
    {
        get
        {
            var set = _set;
            if (set is null || set.Of != catalog.Current)
                _set = set = new DocumentSet(catalog.Current, new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal));
            return set.Documents;
        }
    }

    private static string? AggregatedVersion(HttpRequest request)
    {
        foreach (var part in request.Headers.Accept.ToString().Split(','))
        {
            if (!part.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) || !part.Contains("g=apidiscovery.k8s.io", StringComparison.Ordinal))
                continue;
            if (part.Contains("v=v2beta1", StringComparison.Ordinal))
                return "v2beta1";
            if (part.Contains("v=v2", StringComparison.Ordinal))
                return "v2";
        }

        return null;
    }

    private IEnumerable<IGrouping<string, ResourceKind>> Groups(bool core) =>
        catalog.Kinds.Where(k => k.Gvk.Group.Length == 0 == core).Concat(core ? [] : ReviewKinds.All).GroupBy(k => k.Gvk.Group)
            .OrderBy(g => ApiOrder.OfGroup(g.Key)).ThenBy(g => g.Key, StringComparer.Ordinal);

    private byte[] Aggregated(string version, bool core) => Replies.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "APIGroupDiscoveryList");
        writer.WriteString("apiVersion", "apidiscovery.k8s.io/" + version);
        writer.WriteStartObject("metadata");
        writer.WriteEndObject();
        writer.WriteStartArray("items");
        foreach (var group in Groups(core))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata");
            if (group.Key.Length > 0)
                writer.WriteString("name", group.Key);
            writer.WriteEndObject();
            writer.WriteStartArray("versions");
            foreach (var kinds in group.GroupBy(k => k.Gvk.Version).OrderBy(v => v.Key, ApiOrder.Versions))
            {
                writer.WriteStartObject();
                writer.WriteString("version", kinds.Key);
                writer.WriteStartArray("resources");
                foreach (var kind in kinds)
                    WriteAggregated(writer, kind);
                writer.WriteEndArray();
                writer.WriteString("freshness", "Current");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteAggregated(Utf8JsonWriter writer, ResourceKind kind)
    {
        writer.WriteStartObject();
        writer.WriteString("resource", kind.Plural);
        WriteResponseKind(writer, kind.Gvk.Group, kind.Gvk.Version, kind.Gvk.Kind);
        writer.WriteString("scope", kind.Namespaced ? "Namespaced" : "Cluster");
        writer.WriteString("singularResource", kind.Singular);
        WriteTexts(writer, "verbs", kind.Verbs);
        WriteTexts(writer, "shortNames", kind.ShortNames);
        WriteTexts(writer, "categories", kind.Categories);
        var subresources = KindSubresources.Of(kind).ToArray();
        if (subresources.Length > 0)
        {
            writer.WriteStartArray("subresources");
            foreach (var sub in subresources)
            {
                writer.WriteStartObject();
                writer.WriteString("subresource", sub.Name);
                WriteResponseKind(writer, sub.Group, sub.Version, sub.Kind);
                WriteTexts(writer, "verbs", sub.Verbs);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteResponseKind(Utf8JsonWriter writer, string group, string version, string kind)
    {
        writer.WriteStartObject("responseKind");
        writer.WriteString("group", group);
        writer.WriteString("version", version);
        writer.WriteString("kind", kind);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyCollection<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void WriteVersions(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "APIVersions");
        WriteTexts(writer, "versions", ["v1"]);
        writer.WriteStartArray("serverAddressByClientCIDRs");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteGroups(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "APIGroupList");
        writer.WriteString("apiVersion", "v1");
        writer.WriteStartArray("groups");
        foreach (var group in Groups(core: false))
            WriteGroup(writer, group, typed: false);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteGroup(Utf8JsonWriter writer, IGrouping<string, ResourceKind> group, bool typed)
    {
        writer.WriteStartObject();
        if (typed)
        {
            writer.WriteString("kind", "APIGroup");
            writer.WriteString("apiVersion", "v1");
        }

        writer.WriteString("name", group.Key);
        var versions = group.Select(k => k.Gvk.Version).Distinct().Order(ApiOrder.Versions).ToArray();
        writer.WriteStartArray("versions");
        foreach (var version in versions)
            WriteVersion(writer, null, group.Key, version);
        writer.WriteEndArray();
        WriteVersion(writer, "preferredVersion", group.Key, versions[0]);
        writer.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter writer, string? name, string group, string version)
    {
        if (name is null)
            writer.WriteStartObject();
        else
            writer.WriteStartObject(name);
        writer.WriteString("groupVersion", $"{group}/{version}");
        writer.WriteString("version", version);
        writer.WriteEndObject();
    }

    private byte[]? Resources(string group, string version)
    {
        var kinds = catalog.Kinds.Concat(ReviewKinds.All).Where(k => k.Gvk.Group == group && k.Gvk.Version == version).ToArray();
        return kinds.Length == 0 ? null : Documents.GetOrAdd($"resources {group}/{version}", _ => Replies.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "APIResourceList");
            writer.WriteString("apiVersion", "v1");
            writer.WriteString("groupVersion", kinds[0].Gvk.ApiVersion);
            writer.WriteStartArray("resources");
            foreach (var kind in kinds)
            {
                WriteResource(writer, kind.Plural, kind.Singular, kind, "", "", kind.Gvk.Kind, kind.Verbs, kind.ShortNames, kind.Categories);
                foreach (var sub in KindSubresources.Of(kind))
                    WriteResource(writer, $"{kind.Plural}/{sub.Name}", "", kind, sub.Group, sub.Version, sub.Kind, sub.Verbs, [], []);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    private static void WriteResource(Utf8JsonWriter writer, string name, string singular, ResourceKind kind, string group, string version, string shown, IReadOnlyCollection<string> verbs, IReadOnlyCollection<string> shortNames, IReadOnlyCollection<string> categories)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("singularName", singular);
        writer.WriteBoolean("namespaced", kind.Namespaced);
        if (version.Length > 0 && (group != kind.Gvk.Group || version != kind.Gvk.Version))
        {
            writer.WriteString("group", group);
            writer.WriteString("version", version);
        }

        writer.WriteString("kind", shown);
        WriteTexts(writer, "verbs", verbs);
        WriteTexts(writer, "shortNames", shortNames);
        WriteTexts(writer, "categories", categories);
        writer.WriteEndObject();
    }

    private sealed record DocumentSet(CatalogSnapshot Of, ConcurrentDictionary<string, byte[]> Documents);
}
