using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>Lists, pages and watches over the wire.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private ApiServerFixture _server = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        var issued = _server.Authority.IssueClient("admin", ["system:masters"], TimeSpan.FromHours(1));
        using var ephemeral = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.PrivateKeyPem);
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null };
        handler.ClientCertificates.Add(X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null));
        _client = new HttpClient(handler) { BaseAddress = _server.Address };
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task An_object_that_starts_or_stops_matching_is_added_or_deleted()
    {
        var start = (string)(await Get(Maps))["metadata"]!["resourceVersion"]!;
        await Create("a", "x=1");
        await Patch("a", """{"metadata":{"labels":{"x":"2"}}}""");
        await Patch("a", """{"metadata":{"labels":{"x":"1"}}}""");
        await Patch("a", """{"data":{"k":"v"}}""");
        await _client.DeleteAsync($"{Maps}/a");
        var events = await Watch($"{Maps}?watch=true&labelSelector=x%3D1&resourceVersion={start}&timeoutSeconds=1");
        Assert.Equal(["ADDED", "DELETED", "ADDED", "MODIFIED", "DELETED"], events.Select(e => (string)e["type"]!));
        var versions = events.Select(e => long.Parse((string)e["object"]!["metadata"]!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(versions.Order(), versions);
        Assert.Equal(versions.Length, versions.Distinct().Count());
    }

    [Fact]
    public async Task A_watch_list_ends_its_initial_events_with_a_bookmark()
    {
        await Create("a", "x=1");
        await Create("b", "x=1");
        var events = await Watch($"{Maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1");
        Assert.Equal(["ADDED", "ADDED", "BOOKMARK"], events.Take(3).Select(e => (string)e["type"]!));
        Assert.Equal("true", (string)events[2]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!);
    }

    [Fact]
    public async Task Pages_show_one_moment_whatever_is_written_between_them()
    {
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
            await Create(name, "x=1");
        var first = await Get($"{Maps}?limit=2");
        await Create("aa", "x=1");
        await _client.DeleteAsync($"{Maps}/d");
        var names = Names(first);
        var version = (string)first["metadata"]!["resourceVersion"]!;
        var token = (string?)first["metadata"]!["continue"];
        Assert.Equal(3, (int)first["metadata"]!["remainingItemCount"]!);
        while (token is not null)
        {
            var page = await Get($"{Maps}?limit=2&continue={token}");
            Assert.Equal(version, (string)page["metadata"]!["resourceVersion"]!);
            names.AddRange(Names(page));
            token = (string?)page["metadata"]!["continue"];
        }

        Assert.Equal(["a", "b", "c", "d", "e"], names);
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.GetAsync($"{Maps}?limit=2&continue=nonsense")).StatusCode);
    }

    [Fact]
    public async Task An_old_version_in_an_update_is_a_conflict_and_a_body_too_large_is_a_status()
    {
        await Create("a", "x=1");
        var stale = await Get($"{Maps}/a");
        await Patch("a", """{"data":{"k":"1"}}""");
        Assert.Equal(HttpStatusCode.Conflict, (await _client.PutAsync($"{Maps}/a", Body(stale.ToJsonString()))).StatusCode);
        var large = await _client.PostAsync(Maps, Body("{\"metadata\":{\"name\":\"big\"},\"data\":{\"a\":\"" + new string('x', 4 << 20) + "\"}}"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal("Status", (string)JsonNode.Parse(await large.Content.ReadAsStringAsync())!["kind"]!);
    }

    [Fact]
    public async Task Parallel_patches_without_a_version_all_take_effect()
    {
        await Create("a", "x=1");
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Patch("a", $$$$$"""{"data":{"k{{{{{i}}}}}":"v"}}""")));
        Assert.Equal(24, ((JsonObject)(await Get($"{Maps}/a"))["data"]!).Count);
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static List<string> Names(JsonNode list) => [.. ((JsonArray)list["items"]!).Select(i => (string)i!["metadata"]!["name"]!)];

    private async Task<JsonNode> Get(string path) => JsonNode.Parse(await _client.GetStringAsync(path))!;

    private async Task Create(string name, string label)
    {
        var parts = label.Split('=');
        using var response = await _client.PostAsync(Maps, Body($$$$$"""{"metadata":{"name":"{{{{{name}}}}}","labels":{"{{{{{parts[0]}}}}}":"{{{{{parts[1]}}}}}"}}}"""));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    private async Task Patch(string name, string patch)
    {
        using var content = new StringContent(patch, Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue("application/merge-patch+json"));
        using var response = await _client.PatchAsync($"{Maps}/{name}", content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task<JsonNode[]> Watch(string path)
    {
        var text = await _client.GetStringAsync(path);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
