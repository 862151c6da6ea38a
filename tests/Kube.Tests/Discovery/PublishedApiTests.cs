using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kube.ApiServer.Discovery;
using Kube.Tests.Registry;
using Xunit;

namespace Kube.Tests.Discovery;

/// <summary>Discovery and OpenAPI: what clients learn of the server.</summary>
public sealed class PublishedApiTests
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Fact]
    [Trait("Conformance", "aggregated_discovery")]
    public async Task Aggregated_discovery_is_not_sent_twice_to_who_knows_its_tag()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var first = (await api.GetAsync("/apis", Aggregated)).Expect(200);
        Assert.Equal("APIGroupDiscoveryList", first.At("kind"));
        var tag = first.Headers.ETag.ToString();
        Assert.Matches("^\"[0-9A-F]{64}\"$", tag);
        var second = (await api.GetAsync("/apis", Aggregated, ("If-None-Match", tag))).Expect(304);
        Assert.Equal(tag, second.Headers.ETag.ToString());
        Assert.Empty(second.Body);
    }

    [Fact]
    [Trait("Conformance", "discovery")]
    public async Task Every_preferred_version_is_one_of_the_groups_versions_and_lists_its_resources()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var groups = (await api.GetAsync("/apis")).Expect(200).Body["groups"]!.AsArray();
        Assert.Equal("apps", groups[0]!["name"]!.ToString());
        foreach (var group in groups)
        {
            var preferred = group!["preferredVersion"]!["groupVersion"]!.ToString();
            Assert.Contains(group["versions"]!.AsArray(), v => v!["groupVersion"]!.ToString() == preferred);
            Assert.NotEmpty((await api.GetAsync($"/apis/{preferred}")).Expect(200).Body["resources"]!.AsArray());
        }
    }

    [Fact]
    public async Task The_one_document_of_OpenApi_2_defines_all_that_it_refers_to()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var document = (await api.GetAsync("/openapi/v2")).Expect(200).Body;
        Assert.Equal("2.0", document["swagger"]!.ToString());
        var definitions = document["definitions"]!.AsObject();
        var references = Regex.Matches(document.ToJsonString(), "\"\\$ref\":\"([^\"]+)\"").Select(m => m.Groups[1].Value).Distinct().ToArray();
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(definitions.ContainsKey(reference.Replace("#/definitions/", "", StringComparison.Ordinal)), reference));
        Assert.Equal("#/definitions/io.k8s.api.core.v1.PodSpec", definitions["io.k8s.api.core.v1.Pod"]!["properties"]!["spec"]!["$ref"]!.ToString());
        var patch = document["paths"]!["/api/v1/namespaces/{namespace}/pods/{name}"]!["patch"]!;
        Assert.Contains("application/strategic-merge-patch+json", patch["consumes"]!.AsArray().Select(c => c!.ToString()));
        // A review is asked, not patched: nothing says otherwise.
        Assert.Equal(["parameters", "post"], document["paths"]!["/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public void Versions_are_ranked_by_stability_then_number()
    {
        string[] ranked = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"];
        Assert.Equal(ranked, ranked.Reverse().Order(ApiOrder.Versions));
    }

    [Fact]
    public async Task The_category_all_holds_what_kubernetes_puts_there()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var found = new List<string>();
        foreach (var path in (string[])["/api", "/apis"])
        {
            foreach (var group in (await api.GetAsync(path, Aggregated)).Expect(200).Body["items"]!.AsArray())
            {
                foreach (var resource in group!["versions"]![0]!["resources"]!.AsArray())
                {
                    if (resource!["categories"] is JsonArray categories && categories.Any(c => c!.ToString() == "all"))
                        found.Add(resource["resource"]!.ToString());
                }
            }
        }

        Assert.Equal(["pods", "replicationcontrollers", "services", "daemonsets", "deployments", "replicasets", "statefulsets", "horizontalpodautoscalers", "cronjobs", "jobs"], found);
    }

    [Fact]
    public async Task A_document_asked_for_by_its_hash_may_be_kept_for_ever()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var address = (await api.GetAsync("/openapi/v3")).Expect(200).Body["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!.ToString();
        var document = (await api.GetAsync(address)).Expect(200);
        Assert.Contains("immutable", document.Headers.CacheControl.ToString(), StringComparison.Ordinal);
        (await api.GetAsync(address, "application/json", ("If-None-Match", document.Headers.ETag.ToString()))).Expect(304);
        var redirect = (await api.GetAsync("/openapi/v3/apis/apps/v1?hash=OLD")).Expect(301);
        Assert.Equal(address, redirect.Headers.Location.ToString());
    }

    [Fact]
    public async Task A_schema_says_what_the_server_enforces()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var schemas = (await api.GetAsync("/openapi/v3/apis/apps/v1")).Expect(200).Body["components"]!["schemas"]!.AsObject();
        var container = schemas["io.k8s.api.core.v1.Container"]!;
        Assert.Equal(["name"], container["required"]!.AsArray().Select(r => r!.ToString()));
        Assert.Equal(["Always", "IfNotPresent", "Never"], container["properties"]!["imagePullPolicy"]!["enum"]!.AsArray().Select(r => r!.ToString()));
        var ports = container["properties"]!["ports"]!;
        Assert.Equal("map", ports["x-kubernetes-list-type"]!.ToString());
        Assert.Equal(["containerPort", "protocol"], ports["x-kubernetes-list-map-keys"]!.AsArray().Select(r => r!.ToString()));
        Assert.Equal("merge", ports["x-kubernetes-patch-strategy"]!.ToString());
        Assert.Contains(schemas, s => s.Key == "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
        Assert.False(string.IsNullOrEmpty(container["description"]?.ToString()));
    }

    [Fact]
    public async Task Every_reference_of_every_document_leads_somewhere_and_every_operation_id_is_its_own()
    {
        await using var api = await InProcessApiServer.StartAsync();
        foreach (var (path, _) in (await api.GetAsync("/openapi/v3")).Expect(200).Body["paths"]!.AsObject())
        {
            var document = (await api.GetAsync("/openapi/v3/" + path)).Expect(200).Body;
            var schemas = document["components"]!["schemas"]!.AsObject().Select(s => "#/components/schemas/" + s.Key).ToHashSet();
            Assert.All(References(document), r => Assert.Contains(r, schemas));
            var ids = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(o => (o.Value as JsonObject)?["operationId"]?.ToString()).OfType<string>().ToArray();
            Assert.Equal(ids.Length, ids.Distinct().Count());
        }
    }

    [Fact]
    public async Task Every_resource_has_its_operations()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var paths = (await api.GetAsync("/openapi/v3/apis/apps/v1")).Expect(200).Body["paths"]!.AsObject();
        var one = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!.AsObject();
        Assert.Equal(["delete", "get", "patch", "put"], one.Where(o => o.Value is JsonObject).Select(o => o.Key).Order());
        Assert.Equal("patchAppsV1NamespacedDeployment", one["patch"]!["operationId"]!.ToString());
        Assert.Contains(one["patch"]!["parameters"]!.AsArray(), p => p!["name"]!.ToString() == "fieldValidation");
        Assert.Equal("Scale", paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]!["get"]!["x-kubernetes-group-version-kind"]!["kind"]!.ToString());
        Assert.NotNull(paths["/apis/apps/v1/deployments"]!["get"]);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" && p.Value is JsonValue value ? [value.ToString()] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
