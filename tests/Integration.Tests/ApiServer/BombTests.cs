using System.Diagnostics;
using System.Text;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>Bodies made to hurt: each is refused quickly, with a Status, and without the memory it asks for.</summary>
public sealed class BombTests : IAsyncLifetime
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Deep = "100000 levels";
    private ApiServerFixture _server = null!;
    private ApiClient _api = null!;

    public static TheoryData<string> Bombs => [.. Bodies().Select(b => b.Name)];

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _api = new ApiClient(_server);
        await _api.SendAsync(HttpMethod.Post, Maps, "{\"metadata\":{\"name\":\"target\"},\"data\":{\"a\":\"" + new string('x', 200_000) + "\"}}");
    }

    public ValueTask DisposeAsync()
    {
        _api.Dispose();
        return _server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_bomb_is_refused(string name)
    {
        var bomb = Bodies().Single(b => b.Name == name);
        var body = bomb.Body();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _api.SendAsync(bomb.Method, bomb.Path, body, bomb.Type)));
        var took = clock.Elapsed;
        Assert.All(answers, answer =>
        {
            Assert.True(answer.Code is >= 400 and < 500, $"{answer.Code}: {answer.Text[..Math.Min(300, answer.Text.Length)]}");
            Assert.Equal("Status", (string?)answer.Json["kind"]);
        });
        Assert.True(took < TimeSpan.FromSeconds(30), $"eight of them took {took}");
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 64 << 20, "the bomb left memory behind");
        Assert.Equal(200, (await _api.SendAsync(HttpMethod.Get, $"{Maps}/target")).Code);
    }

    private static IEnumerable<(string Name, HttpMethod Method, string Path, string Type, Func<byte[]> Body)> Bodies()
    {
        yield return ("JSON of " + Deep, HttpMethod.Post, Maps, "application/json", () => Text("{\"metadata\":" + Nested("{\"a\":", 100_000) + "1" + new string('}', 100_000) + "}"));
        yield return ("JSON lists of " + Deep, HttpMethod.Post, Maps, "application/json", () => Text(new string('[', 100_000)));
        yield return ("YAML lists of " + Deep, HttpMethod.Post, Maps, "application/yaml", () => Text("a: " + new string('[', 100_000)));
        yield return ("YAML maps of " + Deep, HttpMethod.Post, Maps, "application/yaml", () => Text("a: " + Nested("{a: ", 100_000)));
        yield return ("YAML blocks", HttpMethod.Post, Maps, "application/yaml", () => Text(string.Concat(Enumerable.Range(0, 1_500).Select(i => new string(' ', i) + "a:\n"))));
        yield return ("YAML aliases of lists", HttpMethod.Post, Maps, "application/yaml", () => Text(Laughs("[", "]")));
        yield return ("YAML aliases of one long text", HttpMethod.Post, Maps, "application/yaml", () => Text($"metadata: {{ name: bomb }}\na: &a {new string('x', 1_000_000)}\ndata: {{ {string.Join(", ", Enumerable.Range(0, 5_000).Select(i => $"k{i}: *a"))} }}\n"));
        yield return ("YAML alias to itself", HttpMethod.Post, Maps, "application/yaml", () => Text("a: &a [ *a ]\n"));
        yield return ("apply of aliases", HttpMethod.Patch, $"{Maps}/target?fieldManager=m", "application/apply-patch+yaml", () => Text(Laughs("[", "]")));
        yield return ("a number of 10,000 digits", HttpMethod.Post, Maps, "application/json", () => Text("{\"metadata\":{\"name\":\"n\",\"generation\":" + new string('9', 10_000) + "}}"));
        yield return ("a number out of range in a patch", HttpMethod.Patch, $"{Maps}/target", "application/merge-patch+json", () => Text("{\"data\":{\"a\":1e999}}"));
        yield return ("a body of 4 MB", HttpMethod.Post, Maps, "application/json", () => Text("{\"data\":{\"a\":\"" + new string('x', 4 << 20) + "\"}}"));
        yield return ("JSON patch copies of copies", HttpMethod.Patch, $"{Maps}/target", "application/json-patch+json", () => Text($"[{string.Join(',', Enumerable.Range(0, 60).Select(i => $"{{\"op\":\"copy\",\"from\":\"/data\",\"path\":\"/data/d{i}\"}}"))}]"));
        yield return ("JSON patch copies of one long text", HttpMethod.Patch, $"{Maps}/target", "application/json-patch+json", () => Text($"[{string.Join(',', Enumerable.Range(0, 9_000).Select(i => $"{{\"op\":\"copy\",\"from\":\"/data/a\",\"path\":\"/data/d{i}\"}}"))}]"));
        yield return ("JSON patch of " + Deep, HttpMethod.Patch, $"{Maps}/target", "application/json-patch+json", () => Text($"[{string.Join(',', Enumerable.Range(0, 9_999).Select(i => "{\"op\":\"copy\",\"from\":\"/metadata\",\"path\":\"/metadata/annotations\"}"))}]"));
        yield return ("JSON patch of 20,000 operations", HttpMethod.Patch, $"{Maps}/target", "application/json-patch+json", () => Text($"[{string.Join(',', Enumerable.Repeat("{\"op\":\"test\",\"path\":\"/kind\",\"value\":\"ConfigMap\"}", 20_000))}]"));
        yield return ("protobuf that is none", HttpMethod.Post, Maps, "application/vnd.kubernetes.protobuf", () => [.. "k8s\0"u8, .. Enumerable.Repeat((byte)0xff, 1000)]);
        yield return ("protobuf nested in itself", HttpMethod.Post, Maps, "application/vnd.kubernetes.protobuf", () => [.. "k8s\0"u8, .. Enumerable.Repeat((byte)0x0a, 100_000)]);
        yield return ("a label selector of 30,000 characters", HttpMethod.Get, $"{Maps}?labelSelector={new string('(', 6_000)}", "application/json", () => []);
        yield return ("a NUL in a name", HttpMethod.Post, Maps, "application/json", () => Text("{\"metadata\":{\"name\":\"a\\u0000b\"}}"));
        yield return ("half a surrogate pair", HttpMethod.Post, Maps, "application/json", () => Text("{\"metadata\":{\"name\":\"a\",\"annotations\":{\"k\":\"\\ud800\"}}}"));
        yield return ("bytes that are no UTF-8", HttpMethod.Post, Maps, "application/json", () => [.. "{\"metadata\":{\"name\":\""u8, 0xff, 0xfe, .. "\"}}"u8]);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Nested(string open, int levels) => new StringBuilder(open.Length * levels).Insert(0, open, levels).ToString();

    private static string Laughs(string open, string close)
    {
        var text = new StringBuilder("l0: &l0 lol\n");
        for (var i = 1; i < 12; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"l{i}: &l{i} {open}{string.Join(',', Enumerable.Repeat($"*l{i - 1}", 10))}{close}\n");
        return text.ToString();
    }
}
