using System.Text.Json.Nodes;
using Testing;
using Xunit;
using static Integration.Tests.Conformance.CustomResources;

namespace Integration.Tests.Conformance;

/// <summary>Custom resource definitions: their own life, discovery, watches, defaults, field validation.</summary>
public sealed class CustomResourceCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Resources = "[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] ";
    private const string Fields = "[sig-api-machinery] FieldValidation should ";
    private const string Free = "{'type':'object','x-kubernetes-preserve-unknown-fields':true}";
    private const string Strict = "{'type':'object','properties':{'spec':{'type':'object','properties':{'cronSpec':{'type':'string'},'port':{'type':'integer','default':80}}},'status':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}";

    [Fact]
    [Trait(Trait, Resources + "Simple CustomResourceDefinition creating/deleting custom resource definition objects works")]
    [Trait(Trait, Resources + "Simple CustomResourceDefinition listing custom resource definition objects works")]
    [Trait(Trait, Resources + "Simple CustomResourceDefinition getting/updating/patching custom resource definition status sub-resource works")]
    public async Task Definitions_are_made_listed_marked_and_deleted()
    {
        await using var custom = new CustomResources(Api, Patience);
        var group = NewGroup();
        var path = await custom.CreateAsync(Definition(group, "One", Version("v1", Free)));
        await custom.CreateAsync(Definition(group, "Two", Version("v1", Free)));
        Assert.Equal(2, (await NamesAsync($"{Definitions}?labelSelector=case={group}")).Length);

        var status = await Api.GetAsync($"{path}/status");
        Assert.Equal("ones", (string?)status["status"]!["acceptedNames"]!["plural"]);
        status["status"]!["conditions"]!.AsArray().Add(Document("{'type':'StatusUpdate','status':'True','reason':'E2E','message':'m','lastTransitionTime':'2026-01-01T00:00:00Z'}"));
        Assert.Contains((await Api.PutAsync($"{path}/status", status))["status"]!["conditions"]!.AsArray(), c => (string?)c!["type"] == "StatusUpdate");
        var conditions = (JsonArray)(await Api.GetAsync(path))["status"]!["conditions"]!.DeepClone();
        conditions.Add(Document("{'type':'StatusPatched','status':'True','reason':'E2E','message':'m','lastTransitionTime':'2026-01-01T00:00:00Z'}"));
        var patched = await Api.MergeAsync($"{path}/status", new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } }.ToJsonString());
        Assert.Contains(patched["status"]!["conditions"]!.AsArray(), c => (string?)c!["type"] == "StatusPatched");

        await Api.DeleteAsync($"{Definitions}?labelSelector=case={group}");
        await GoneAsync(path);
        await Eventually.Async("the kind is gone", async () => (await Api.SendAsync(HttpMethod.Get, $"/apis/{group}/v1/ones")).Code, code => code == 404, Patience);
    }

    [Fact]
    [Trait(Trait, Resources + "should include custom resource definition resources in discovery documents")]
    [Trait(Trait, "[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface for CRDs")]
    [Trait(Trait, "[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery request for CRDs")]
    public async Task Discovery_shows_definitions_and_the_kinds_they_bring()
    {
        Assert.Contains((await Api.GetAsync("/apis"))["groups"]!.AsArray(), g => (string?)g!["name"] == "apiextensions.k8s.io" && (string?)g["preferredVersion"]!["version"] == "v1");
        Assert.Contains((await Api.GetAsync("/apis/apiextensions.k8s.io/v1"))["resources"]!.AsArray(), r => (string?)r!["name"] == "customresourcedefinitions");
        await using var custom = new CustomResources(Api, Patience);
        var group = NewGroup();
        await custom.CreateAsync(Definition(group, "One", Version("v1", Free)));
        await Eventually.Async(
            "the kind in the one document of discovery",
            async () => (await Api.SendAsync(HttpMethod.Get, "/apis", accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).Ok["items"]!.AsArray(),
            groups => groups.Any(g => (string?)g!["metadata"]!["name"] == group && (string?)g["versions"]![0]!["resources"]![0]!["responseKind"]!["kind"] == "One"),
            Patience);
    }

    [Fact]
    [Trait(Trait, "[sig-api-machinery] CustomResourceDefinition Watch [Privileged:ClusterAdmin] CustomResourceDefinition Watch watch on custom resource definition objects")]
    public async Task Custom_resources_are_watched()
    {
        await using var custom = new CustomResources(Api, Patience);
        var (group, ns) = (NewGroup(), await Suite.NamespaceAsync());
        await custom.CreateAsync(Definition(group, "One", Version("v1", Free)));
        var path = $"/apis/{group}/v1/namespaces/{ns}/ones";
        var start = (string)(await Api.GetAsync(path))["metadata"]!["resourceVersion"]!;
        foreach (var name in (string[])["a", "b"])
            await Api.CreateAsync(path, One(group, name));
        await Api.MergeAsync($"{path}/a", "{\"spec\":{\"x\":1}}");
        foreach (var name in (string[])["a", "b"])
            await Api.DeleteAsync($"{path}/{name}");
        var events = await Api.EventsAsync($"{path}?watch=true&resourceVersion={start}&timeoutSeconds=1");
        Assert.Equal(
            ["ADDED a", "ADDED b", "MODIFIED a", "DELETED a", "DELETED b"],
            events.Where(e => (string?)e["type"] != "BOOKMARK").Select(e => $"{(string?)e["type"]} {(string?)e["object"]!["metadata"]!["name"]}"));
    }

    [Fact]
    [Trait(Trait, Resources + "custom resource defaulting for requests and from storage works")]
    public async Task Defaults_apply_to_requests_and_to_what_is_stored_already()
    {
        await using var custom = new CustomResources(Api, Patience);
        var (group, ns) = (NewGroup(), await Suite.NamespaceAsync());
        var definition = await custom.CreateAsync(Definition(group, "One", Version("v1", "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'}}}")));
        var path = $"/apis/{group}/v1/namespaces/{ns}/ones";
        Assert.Null((await Api.CreateAsync(path, One(group, "before")))["a"]);
        await SchemaAsync(definition, "{'type':'object','properties':{'a':{'type':'string','default':'A'},'b':{'type':'string'}}}");
        await Eventually.Async("a default for what is stored", () => Api.GetAsync($"{path}/before"), o => (string?)o["a"] == "A", Patience);
        Assert.Equal("A", (string?)(await Api.CreateAsync(path, One(group, "after")))["a"]);
        await SchemaAsync(definition, "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string','default':'B'}}}");
        var stored = await Eventually.Async("the other default", () => Api.GetAsync($"{path}/after"), o => (string?)o["b"] == "B", Patience);
        Assert.Equal("A", (string?)stored["a"]);
        Assert.Null((await Api.GetAsync($"{path}/before"))["a"]);
    }

    [Fact]
    [Trait(Trait, Fields + "create/apply a CR with unknown fields for CRD with no validation schema")]
    [Trait(Trait, Fields + "detect duplicates in a CR when preserving unknown fields")]
    [Trait(Trait, Fields + "detect unknown metadata fields in both the root and embedded object of a CR")]
    public async Task A_kind_that_keeps_unknown_fields_still_has_strict_metadata_and_no_duplicates()
    {
        await using var custom = new CustomResources(Api, Patience);
        var (group, ns) = (NewGroup(), await Suite.NamespaceAsync());
        const string embedded = "{'type':'object','x-kubernetes-preserve-unknown-fields':true,'properties':{'spec':{'type':'object','x-kubernetes-preserve-unknown-fields':true,"
            + "'properties':{'template':{'type':'object','x-kubernetes-embedded-resource':true,'x-kubernetes-preserve-unknown-fields':true}}}}}";
        await custom.CreateAsync(Definition(group, "One", Version("v1", embedded)));
        var path = $"/apis/{group}/v1/namespaces/{ns}/ones?fieldValidation=Strict";
        var unknown = One(group, "a");
        unknown["spec"] = Document("{'anything':{'goes':[1,2]}}");
        Assert.Equal(2, (int?)(await Api.CreateAsync(path, unknown))["spec"]!["anything"]!["goes"]![1]);
        var apply = One(group, "b");
        apply["spec"] = Document("{'anything':true}");
        Assert.Equal(201, (await Api.SendAsync(HttpMethod.Patch, $"/apis/{group}/v1/namespaces/{ns}/ones/b?fieldValidation=Strict&fieldManager=m", apply.ToJsonString(), "application/apply-patch+yaml")).Code);

        var twice = One(group, "c").ToJsonString().Replace("\"metadata\"", "\"spec\":{\"x\":1,\"x\":2},\"metadata\"", StringComparison.Ordinal);
        Assert.Contains("duplicate field \"spec.x\"", (string)(await Api.SendAsync(HttpMethod.Post, path, twice)).Refused(400, "BadRequest")["message"]!, StringComparison.Ordinal);
        var metadata = One(group, "d");
        metadata["metadata"]!["unknownMeta"] = "x";
        metadata["spec"] = Document($"{{'template':{{'apiVersion':'v1','kind':'Pod','metadata':{{'name':'e','unknownSubMeta':'y'}}}}}}");
        var refused = (string)(await Api.SendAsync(HttpMethod.Post, path, metadata.ToJsonString())).Refused(400, "BadRequest")["message"]!;
        Assert.Contains("unknown field \"metadata.unknownMeta\"", refused, StringComparison.Ordinal);
        Assert.Contains("unknown field \"spec.template.metadata.unknownSubMeta\"", refused, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Trait, Fields + "create/apply a valid CR for CRD with validation schema")]
    [Trait(Trait, Fields + "create/apply an invalid CR with extra properties for CRD with validation schema")]
    public async Task A_kind_with_a_schema_takes_what_is_valid_and_refuses_more()
    {
        await using var custom = new CustomResources(Api, Patience);
        var (group, ns) = (NewGroup(), await Suite.NamespaceAsync());
        await custom.CreateAsync(Definition(group, "One", Version("v1", Strict)));
        var path = $"/apis/{group}/v1/namespaces/{ns}/ones";
        var valid = One(group, "a");
        valid["spec"] = Document("{'cronSpec':'* * * * */5'}");
        Assert.Equal(80, (int?)(await Api.CreateAsync($"{path}?fieldValidation=Strict", valid))["spec"]!["port"]);
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Patch, $"{path}/a?fieldValidation=Strict&fieldManager=m&force=true", valid.ToJsonString(), "application/apply-patch+yaml")).Code);
        var extra = One(group, "b");
        extra["spec"] = Document("{'cronSpec':'* * * * */5','extra':1}");
        Assert.Contains("unknown field \"spec.extra\"", (string)(await Api.SendAsync(HttpMethod.Post, $"{path}?fieldValidation=Strict", extra.ToJsonString())).Refused(400, "BadRequest")["message"]!, StringComparison.Ordinal);
        var applied = await Api.SendAsync(HttpMethod.Patch, $"{path}/b?fieldValidation=Strict&fieldManager=m", extra.ToJsonString(), "application/apply-patch+yaml");
        Assert.Contains("unknown field \"spec.extra\"", (string)applied.Refused(400, "BadRequest")["message"]!, StringComparison.Ordinal);
        (await Api.SendAsync(HttpMethod.Post, path, One(group, "c").ToJsonString().Replace("\"metadata\"", "\"spec\":{\"cronSpec\":7},\"metadata\"", StringComparison.Ordinal))).Refused(422, "Invalid");
    }

    private static JsonObject One(string group, string name) => Document($"{{'apiVersion':'{group}/v1','kind':'One','metadata':{{'name':'{name}'}}}}");

    private Task<JsonNode> SchemaAsync(string definition, string schema) => Api.MergeAsync(
        definition, new JsonObject { ["spec"] = new JsonObject { ["versions"] = new JsonArray(Version("v1", schema)) } }.ToJsonString());
}
