using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Testing;

/// <summary>An app of one's own for a test, declared over REST in the team's project <c>shop</c> and its environment <c>staging</c>. It runs the sample's image.</summary>
/// <param name="rest">Client of the REST API with a platform administrator's token.</param>
/// <param name="team">The team's name.</param>
/// <param name="name">The app's name.</param>
public sealed class FirstApp(HttpClient rest, string team, string name = "hello")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>The app's REST path.</summary>
    public string Url => $"/api/v1/teams/{team}/projects/shop/environments/staging/apps/{name}";

    /// <summary>Creates what an app needs and the app itself, and waits until its first release is Live.</summary>
    public static async Task<FirstApp> CreateAsync(HttpClient rest, string team, string domain, int replicas = 1)
    {
        var app = new FirstApp(rest, team);
        await app.MakeRoomAsync();
        await app.DeclareAsync(domain, replicas, "tiny");
        await app.LiveAsync(1);
        return app;
    }

    /// <summary>Creates the team, the project and the environment.</summary>
    public async Task MakeRoomAsync()
    {
        await PostAsync("/api/v1/teams", new JsonObject { ["name"] = team });
        await PostAsync($"/api/v1/teams/{team}/projects", new JsonObject { ["name"] = "shop" });
        await PostAsync($"/api/v1/teams/{team}/projects/shop/environments", new JsonObject { ["name"] = "staging" });
    }

    /// <summary>Declares the app; the answer comes before it runs.</summary>
    public async Task DeclareAsync(string domain, int replicas, string size, string health = "/")
    {
        var yaml = $$"""
            apiVersion: portal/v1
            kind: App
            metadata: { team: {{team}}, project: shop, name: {{name}} }
            spec:
              image: localhost/portal/hello:1
              processes:
                web: { port: 8080, replicas: {{replicas}}, size: {{size}}, health: { path: {{health}} } }
              env: { GREETING: hello }
              domains: [ {{domain}} ]
            """;
        using var content = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var response = await rest.PutAsync(Url, content);
        Require(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Deploys the sample's image of a version, 1 or 2, and waits until that release is Live.</summary>
    public async Task DeployAsync(int version)
    {
        var release = await PostAsync(Url + "/deploy", new JsonObject { ["image"] = $"localhost/portal/hello:{version}" });
        await LiveAsync((int)release["number"]!);
    }

    /// <summary>Waits until a release is Live.</summary>
    public Task LiveAsync(int release) =>
        Eventually.Async($"release {release} Live", () => StateAsync(release), state => state == "Live", Patience);

    public async Task<string?> StateAsync(int release)
    {
        var view = await rest.GetFromJsonAsync<JsonObject>($"{Url}/releases/{release}");
        return (string?)(view?["rollout"]?["state"] ?? view?["state"]);
    }

    public async Task<int> ReleasesAsync() => (await rest.GetFromJsonAsync<JsonArray>($"{Url}/releases"))!.Count;

    public async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await rest.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Require(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public async Task DeleteAsync()
    {
        using var response = await rest.DeleteAsync(Url);
        Require(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent, $"delete answered {(int)response.StatusCode}");
        await Eventually.Async("no app", () => rest.GetAsync(Url), answer => answer.StatusCode == HttpStatusCode.NotFound, TimeSpan.FromSeconds(60));
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException(message);
    }
}
