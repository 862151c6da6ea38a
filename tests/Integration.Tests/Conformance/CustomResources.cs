using System.Text.Json.Nodes;
using Integration.Tests.ApiServer;
using Testing;

namespace Integration.Tests.Conformance;

/// <summary>Custom resource definitions that cases make and take away.</summary>
internal sealed class CustomResources(ApiClient api, TimeSpan patience) : IAsyncDisposable
{
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static int s_groups;
    private readonly List<string> _made = [];

    /// <summary>A group of its own.</summary>
    public static string NewGroup() => $"g{Interlocked.Increment(ref s_groups)}.case.example.com";

    /// <summary>A version as a definition lists it.</summary>
    public static JsonObject Version(string name, string schema, bool stored = true, bool served = true) => new()
    {
        ["name"] = name,
        ["served"] = served,
        ["storage"] = stored,
        ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
        ["schema"] = new JsonObject { ["openAPIV3Schema"] = JsonNode.Parse(schema.Replace('\'', '"')) },
    };

    /// <summary>A definition of a namespaced kind.</summary>
    public static JsonObject Definition(string group, string kind, params JsonObject[] versions)
    {
        var plural = kind.ToLowerInvariant() + "s";
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{plural}.{group}", ["labels"] = new JsonObject { ["case"] = group } },
            ["spec"] = new JsonObject
            {
                ["group"] = group,
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject { ["plural"] = plural, ["singular"] = kind.ToLowerInvariant(), ["kind"] = kind, ["listKind"] = kind + "List" },
                ["versions"] = new JsonArray([.. versions]),
            },
        };
    }

    /// <summary>Creates a definition and waits until its kind is served.</summary>
    /// <returns>The path of the definition.</returns>
    public async Task<string> CreateAsync(JsonObject definition)
    {
        await api.CreateAsync(Definitions, definition);
        var path = $"{Definitions}/{(string)definition["metadata"]!["name"]!}";
        _made.Add(path);
        await Eventually.Async(
            $"{path} is established",
            () => api.GetAsync(path),
            d => (d["status"]?["conditions"] as JsonArray)?.Any(c => (string?)c!["type"] == "Established" && (string?)c["status"] == "True") == true,
            patience);
        return path;
    }

    /// <summary>The schema that the OpenAPI document of a group and version has for a kind; null when there is none.</summary>
    public async Task<JsonNode?> PublishedAsync(string group, string version, string kind)
    {
        var answer = await api.SendAsync(HttpMethod.Get, $"/openapi/v3/apis/{group}/{version}");
        return answer.Code == 404
            ? null
            : answer.Ok["components"]!["schemas"]!.AsObject().Select(s => s.Value!).FirstOrDefault(s => (string?)s["x-kubernetes-group-version-kind"]?[0]?["kind"] == kind);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var path in _made)
            await api.SendAsync(HttpMethod.Delete, path);
    }
}
