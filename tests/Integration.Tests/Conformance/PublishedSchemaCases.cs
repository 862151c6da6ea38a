using System.Text.Json.Nodes;
using Testing;
using Xunit;
using static Integration.Tests.Conformance.CustomResources;

namespace Integration.Tests.Conformance;

/// <summary>The OpenAPI documents that custom resource definitions publish.</summary>
public sealed class PublishedSchemaCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Published = "[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] ";
    private const string Foo = "{'type':'object','description':'Foo CRD for Testing','properties':{'spec':{'type':'object','description':'Specification of Foo','properties':{'bars':{'type':'array','items':{'type':'object','required':['name'],'properties':{'name':{'type':'string'}}}}}}}}";

    [Fact]
    [Trait(Trait, Published + "works for CRD with validation schema")]
    [Trait(Trait, Published + "works for CRD without validation schema")]
    [Trait(Trait, Published + "works for CRD preserving unknown fields at the schema root")]
    [Trait(Trait, Published + "works for CRD preserving unknown fields in an embedded object")]
    public async Task A_definition_publishes_its_schema()
    {
        await using var custom = new CustomResources(Api, Patience);
        var group = NewGroup();
        await custom.CreateAsync(Definition(group, "Full", Version("v1", Foo)));
        await custom.CreateAsync(Definition(group, "Plain", Version("v1", "{'type':'object'}")));
        await custom.CreateAsync(Definition(group, "Root", Version("v1", "{'type':'object','x-kubernetes-preserve-unknown-fields':true}")));
        await custom.CreateAsync(Definition(group, "Inner", Version("v1", "{'type':'object','properties':{'spec':{'type':'object','x-kubernetes-preserve-unknown-fields':true,'properties':{'dummy':{'type':'object'}}}}}")));
        var full = await AppearsAsync(custom, group, "v1", "Full");
        Assert.Equal("Foo CRD for Testing", (string?)full["description"]);
        Assert.Equal("name", (string?)full["properties"]!["spec"]!["properties"]!["bars"]!["items"]!["required"]![0]);
        var plain = await AppearsAsync(custom, group, "v1", "Plain");
        Assert.Equal(["apiVersion", "kind", "metadata"], plain["properties"]!.AsObject().Select(p => p.Key).Order());
        Assert.True((bool?)(await AppearsAsync(custom, group, "v1", "Root"))["x-kubernetes-preserve-unknown-fields"]);
        Assert.True((bool?)(await AppearsAsync(custom, group, "v1", "Inner"))["properties"]!["spec"]!["x-kubernetes-preserve-unknown-fields"]);
    }

    [Fact]
    [Trait(Trait, Published + "works for multiple CRDs of different groups")]
    [Trait(Trait, Published + "works for multiple CRDs of same group but different versions")]
    [Trait(Trait, Published + "works for multiple CRDs of same group and version but different kinds")]
    public async Task Definitions_publish_side_by_side()
    {
        await using var custom = new CustomResources(Api, Patience);
        var (one, two) = (NewGroup(), NewGroup());
        await custom.CreateAsync(Definition(one, "A", Version("v1", Foo), Version("v2", Foo, stored: false)));
        await custom.CreateAsync(Definition(one, "B", Version("v1", Foo)));
        await custom.CreateAsync(Definition(two, "A", Version("v1", Foo)));
        foreach (var (group, version, kind) in ((string, string, string)[])[(one, "v1", "A"), (one, "v2", "A"), (one, "v1", "B"), (two, "v1", "A")])
            Assert.Equal(version, (string?)(await AppearsAsync(custom, group, version, kind))["x-kubernetes-group-version-kind"]![0]!["version"]);
        Assert.Null(await custom.PublishedAsync(one, "v2", "B"));
    }

    [Fact]
    [Trait(Trait, Published + "updates the published spec when one version gets renamed")]
    [Trait(Trait, Published + "removes definition from spec when one version gets changed to not be served")]
    public async Task What_a_definition_publishes_follows_its_versions()
    {
        await using var custom = new CustomResources(Api, Patience);
        var group = NewGroup();
        var path = await custom.CreateAsync(Definition(group, "A", Version("v2", Foo), Version("v3", Foo, stored: false)));
        await AppearsAsync(custom, group, "v3", "A");
        await Api.MergeAsync(path, Versions(Version("v2", Foo), Version("v4", Foo, stored: false)));
        await AppearsAsync(custom, group, "v4", "A");
        await DisappearsAsync(custom, group, "v3", "A");
        await Api.MergeAsync(path, Versions(Version("v2", Foo), Version("v4", Foo, stored: false, served: false)));
        await DisappearsAsync(custom, group, "v4", "A");
        Assert.NotNull(await custom.PublishedAsync(group, "v2", "A"));
    }

    private static string Versions(params JsonObject[] versions) => new JsonObject { ["spec"] = new JsonObject { ["versions"] = new JsonArray([.. versions]) } }.ToJsonString();

    private static async Task<JsonNode> AppearsAsync(CustomResources custom, string group, string version, string kind) =>
        (await Eventually.Async($"a schema of {kind} in {group}/{version}", () => custom.PublishedAsync(group, version, kind), schema => schema is not null, Patience))!;

    private static Task<JsonNode?> DisappearsAsync(CustomResources custom, string group, string version, string kind) =>
        Eventually.Async($"no schema of {kind} in {group}/{version}", () => custom.PublishedAsync(group, version, kind), schema => schema is null, Patience);
}
