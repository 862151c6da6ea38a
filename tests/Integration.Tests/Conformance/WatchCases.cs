using System.Globalization;
using System.Text.Json.Nodes;
using Integration.Tests.ApiServer;
using Kube.ApiServer.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-api-machinery] Watchers, chunking, tables, discovery, version.</summary>
public sealed class WatchCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Watchers = "[sig-api-machinery] Watchers should ";
    private const string Chunking = "[sig-api-machinery] Servers with support for API chunking should ";

    [Fact]
    [Trait(Trait, Watchers + "observe add, update, and delete watch notifications on configmaps")]
    public async Task Watchers_see_what_matches_their_selector()
    {
        var maps = await MapsAsync();
        var start = await VersionAsync(maps);
        foreach (var label in (string[])["a", "b"])
        {
            await Api.CreateAsync(maps, Map(label, $"'l':'{label}'"));
            await Api.MergeAsync($"{maps}/{label}", "{\"data\":{\"mutation\":\"1\"}}");
            await Api.DeleteAsync($"{maps}/{label}");
        }

        string[] expected = ["ADDED", "MODIFIED", "DELETED"];
        Assert.Equal(expected, await TypesAsync($"{maps}?watch=true&labelSelector=l%3Da&resourceVersion={start}&timeoutSeconds=1"));
        Assert.Equal(expected, await TypesAsync($"{maps}?watch=true&labelSelector=l%3Db&resourceVersion={start}&timeoutSeconds=1"));
        var both = await TypesAsync($"{maps}?watch=true&labelSelector=l%20in%20(a,b)&resourceVersion={start}&timeoutSeconds=1");
        Assert.Equal([.. expected, .. expected], both);
    }

    [Fact]
    [Trait(Trait, Watchers + "be able to start watching from a specific resource version")]
    public async Task A_watch_starts_behind_a_version()
    {
        var maps = await MapsAsync();
        await Api.CreateAsync(maps, Map("a"));
        var version = (string)(await Api.MergeAsync($"{maps}/a", "{\"data\":{\"mutation\":\"1\"}}"))["metadata"]!["resourceVersion"]!;
        await Api.MergeAsync($"{maps}/a", "{\"data\":{\"mutation\":\"2\"}}");
        await Api.DeleteAsync($"{maps}/a");
        Assert.Equal(["MODIFIED", "DELETED"], await TypesAsync($"{maps}?watch=true&resourceVersion={version}&timeoutSeconds=1"));
    }

    [Fact]
    [Trait(Trait, Watchers + "be able to restart watching from the last resource version observed by the previous watch")]
    public async Task A_watch_goes_on_where_another_ended()
    {
        var maps = await MapsAsync();
        var start = await VersionAsync(maps);
        await Api.CreateAsync(maps, Map("a"));
        var first = await Api.EventsAsync($"{maps}?watch=true&resourceVersion={start}&timeoutSeconds=1");
        var last = (string)first[^1]["object"]!["metadata"]!["resourceVersion"]!;
        await Api.MergeAsync($"{maps}/a", "{\"data\":{\"mutation\":\"1\"}}");
        await Api.DeleteAsync($"{maps}/a");
        Assert.Equal(["MODIFIED", "DELETED"], await TypesAsync($"{maps}?watch=true&resourceVersion={last}&timeoutSeconds=1"));
    }

    [Fact]
    [Trait(Trait, Watchers + "observe an object deletion if it stops meeting the requirements of the selector")]
    public async Task An_object_that_stops_matching_is_deleted_for_the_watcher()
    {
        var maps = await MapsAsync();
        var start = await VersionAsync(maps);
        await Api.CreateAsync(maps, Map("a", "'l':'1'"));
        await Api.MergeAsync($"{maps}/a", "{\"metadata\":{\"labels\":{\"l\":\"2\"}}}");
        await Api.MergeAsync($"{maps}/a", "{\"data\":{\"unseen\":\"1\"}}");
        await Api.MergeAsync($"{maps}/a", "{\"metadata\":{\"labels\":{\"l\":\"1\"}}}");
        await Api.DeleteAsync($"{maps}/a");
        var events = await Api.EventsAsync($"{maps}?watch=true&labelSelector=l%3D1&resourceVersion={start}&timeoutSeconds=1");
        Assert.Equal(["ADDED", "DELETED", "ADDED", "DELETED"], events.Select(e => (string)e["type"]!));
    }

    [Fact]
    [Trait(Trait, Watchers + "receive events on concurrent watches in same order")]
    public async Task Concurrent_watches_see_one_order()
    {
        var maps = await MapsAsync();
        var start = await VersionAsync(maps);
        var writing = Task.Run(async () =>
        {
            var random = new Random(7);
            for (var i = 0; i < 60; i++)
            {
                var name = $"m{random.Next(5)}";
                if (random.Next(3) == 0)
                    await Api.SendAsync(HttpMethod.Delete, $"{maps}/{name}");
                else if ((await Api.SendAsync(HttpMethod.Post, maps, Map(name).ToJsonString())).Code == 409)
                    await Api.SendAsync(HttpMethod.Patch, $"{maps}/{name}", $"{{\"data\":{{\"i\":\"{i}\"}}}}", "application/merge-patch+json");
            }
        });
        var watches = Enumerable.Range(0, 5).Select(_ => VersionsAsync($"{maps}?watch=true&resourceVersion={start}&timeoutSeconds=12")).ToArray();
        await writing;
        var whole = await VersionsAsync($"{maps}?watch=true&resourceVersion={start}&timeoutSeconds=1");
        Assert.NotEmpty(whole);
        foreach (var seen in await Task.WhenAll(watches))
            Assert.Equal(whole, seen);
        Assert.Equal(whole.Skip(10), await VersionsAsync($"{maps}?watch=true&resourceVersion={whole[9]}&timeoutSeconds=1"));
    }

    [Fact]
    [Trait(Trait, Chunking + "return chunks of results for list calls")]
    public async Task Lists_come_in_chunks_of_one_moment()
    {
        var maps = await MapsAsync();
        var secrets = maps.Replace("configmaps", "secrets", StringComparison.Ordinal);
        for (var i = 0; i < 40; i++)
            await Api.CreateAsync(secrets, Map($"m{i:00}"));
        var names = new List<string>();
        var path = $"{secrets}?limit=17";
        string? version = null;
        for (var next = path; next is not null;)
        {
            var page = await Api.GetAsync(next);
            names.AddRange(page["items"]!.AsArray().Select(i => (string)i!["metadata"]!["name"]!));
            version ??= (string)page["metadata"]!["resourceVersion"]!;
            Assert.Equal(version, (string)page["metadata"]!["resourceVersion"]!);
            var token = (string?)page["metadata"]!["continue"];
            Assert.Equal(token is null ? null : 40 - names.Count, (int?)page["metadata"]!["remainingItemCount"]);
            next = token is null ? null : $"{path}&continue={token}";
        }

        Assert.Equal(40, names.Distinct().Count());
        Assert.Equal(names, await NamesAsync(secrets));
    }

    [Fact]
    [Trait(Trait, Chunking + "support continue listing from the last key if the original version has been compacted away, though the list is inconsistent [Slow]")]
    public async Task A_list_goes_on_from_its_last_key_when_its_moment_has_been_compacted_away()
    {
        // A server of its own, whose ring holds so little that the moment is gone after a few writes.
        await using var server = await ApiServerFixture.StartAsync(services => services.AddSingleton<IObjectStore>(_ => new InMemoryObjectStore(ringBytes: 64 << 10)));
        using var api = new ApiClient(server);
        const string path = "/api/v1/namespaces/default/podtemplates";
        for (var i = 0; i < 40; i++)
            await api.CreateAsync(path, Document($"{{'metadata':{{'name':'t{i:00}'}},'template':{{'spec':{{'containers':[{{'name':'c','image':'registry.test/x:1'}}]}}}}}}"));
        var first = await api.GetAsync($"{path}?limit=10");
        var (version, token) = ((string)first["metadata"]!["resourceVersion"]!, (string)first["metadata"]!["continue"]!);
        var filling = new string('x', 8 << 10);
        for (var i = 0; i < 20; i++)
            await api.MergeAsync($"{path}/t05", $"{{\"metadata\":{{\"annotations\":{{\"filling\":\"{filling}{i}\"}}}}}}");
        await api.DeleteAsync($"{path}/t20");
        await api.CreateAsync(path, Document("{'metadata':{'name':'t20a'},'template':{'spec':{'containers':[{'name':'c','image':'registry.test/x:1'}]}}}"));

        var expired = (await api.SendAsync(HttpMethod.Get, $"{path}?limit=10&continue={token}")).Refused(410, "Expired");
        (await api.SendAsync(HttpMethod.Get, $"{path}?resourceVersion={version}&resourceVersionMatch=Exact")).Refused(410, "Expired");
        Assert.Equal(410, (int)Assert.Single(await api.EventsAsync($"{path}?watch=true&resourceVersion={version}&timeoutSeconds=1"))["object"]!["code"]!);
        var fresh = (string)expired["metadata"]!["continue"]!;
        (await api.SendAsync(HttpMethod.Get, $"{path}?continue={fresh}&resourceVersion={version}&resourceVersionMatch=Exact")).Refused(422, "Invalid");
        var names = first["items"]!.AsArray().Select(i => (string)i!["metadata"]!["name"]!).ToList();
        string? later = null;
        for (var next = fresh; next is not null;)
        {
            var page = await api.GetAsync($"{path}?limit=10&continue={next}");
            // The rest is of a later moment, and that one holds from here on.
            later ??= (string)page["metadata"]!["resourceVersion"]!;
            Assert.Equal(later, (string)page["metadata"]!["resourceVersion"]!);
            names.AddRange(page["items"]!.AsArray().Select(i => (string)i!["metadata"]!["name"]!));
            next = (string?)page["metadata"]!["continue"];
        }

        Assert.True(long.Parse(later!, CultureInfo.InvariantCulture) > long.Parse(version, CultureInfo.InvariantCulture));
        var expected = Enumerable.Range(0, 40).Where(i => i != 20).Select(i => $"t{i:00}").Append("t20a").Order(StringComparer.Ordinal);
        Assert.Equal(expected, names);
    }

    [Fact]
    [Trait(Trait, "[sig-api-machinery] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata")]
    public async Task What_has_no_table_answers_406()
    {
        var answer = await Api.SendAsync(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", System.Text.Encoding.UTF8.GetBytes("{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}"), accept: "application/json;as=Table;v=v1;g=meta.k8s.io");
        answer.Refused(406, "NotAcceptable");
    }

    [Fact]
    [Trait(Trait, "[sig-api-machinery] server version should find the server version")]
    public async Task The_version_is_numbers()
    {
        var version = await Api.GetAsync("/version");
        Assert.True(int.TryParse((string)version["major"]!, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        Assert.True(int.TryParse((string)version["minor"]!, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    [Fact]
    [Trait(Trait, "[sig-api-machinery] Discovery should locate the groupVersion and a resource within each APIGroup")]
    [Trait(Trait, "[sig-api-machinery] Discovery should validate PreferredVersion for each APIGroup")]
    public async Task Every_group_has_its_versions_and_resources()
    {
        foreach (var group in (await Api.GetAsync("/apis"))["groups"]!.AsArray())
        {
            var versions = group!["versions"]!.AsArray().Select(v => (string)v!["groupVersion"]!).ToArray();
            Assert.Contains((string)group["preferredVersion"]!["groupVersion"]!, versions);
            foreach (var version in versions)
            {
                var resources = await Api.GetAsync($"/apis/{version}");
                Assert.Equal(version, (string)resources["groupVersion"]!);
                Assert.NotEmpty(resources["resources"]!.AsArray());
            }
        }
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("v2beta1")]
    [Trait(Trait, "[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface")]
    [Trait(Trait, "[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers")]
    public async Task Discovery_comes_in_one_document(string version)
    {
        foreach (var (path, resource) in ((string, string)[])[("/apis", "deployments"), ("/api", "pods")])
        {
            var answer = await Api.SendAsync(HttpMethod.Get, path, accept: $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
            Assert.Equal("APIGroupDiscoveryList", (string)answer.Ok["kind"]!);
            var names = answer.Json["items"]!.AsArray().SelectMany(g => g!["versions"]!.AsArray()).SelectMany(v => v!["resources"]!.AsArray()).Select(r => (string)r!["resource"]!);
            Assert.Contains(resource, names);
        }
    }

    private static JsonObject Map(string name, string labels = "'l':'x'") => Document($"{{'metadata':{{'name':'{name}','labels':{{{labels}}}}}}}");

    private async Task<string> MapsAsync()
    {
        var ns = await Suite.NamespaceAsync();
        return $"/api/v1/namespaces/{ns}/configmaps";
    }

    private async Task<string> VersionAsync(string path) => (string)(await Api.GetAsync(path))["metadata"]!["resourceVersion"]!;

    private async Task<string[]> TypesAsync(string path) => [.. (await Api.EventsAsync(path)).Where(Ours).Select(e => (string)e["type"]!)];

    private async Task<string[]> VersionsAsync(string path) => [.. (await Api.EventsAsync(path)).Where(Ours).Select(e => (string)e["object"]!["metadata"]!["resourceVersion"]!)];

    // A controller may give each namespace the authority's certificate in a ConfigMap.
    private static bool Ours(JsonNode change) => (string?)change["object"]!["metadata"]!["name"] != "kube-root-ca.crt";
}
