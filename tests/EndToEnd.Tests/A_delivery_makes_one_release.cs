using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Webhook deliveries on the real instance: signed, repeated, and cut off by kill -9 right after the answer.</summary>
public sealed class A_delivery_makes_one_release(PortalFixture portal)
{
    private const string Image = "localhost/portal/hello:2";

    [Fact]
    public async Task However_often_it_is_repeated_and_though_the_server_is_killed_after_the_answer()
    {
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var app = await FirstApp.CreateAsync(rest, "deliveries", "deliveries.example.com");
        var endpoint = await app.PostAsync(app.Url + "/webhooks", new JsonObject { ["description"] = "registry" });
        var path = (string)endpoint["path"]!;
        var secret = (string)endpoint["secret"]!;

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(path, secret, "msg_forged", Image, tamper: true));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(path, null, "msg_unsigned", Image));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync("/hooks/does-not-exist", secret, "msg_lost", Image));
        Assert.Equal(1, await app.ReleasesAsync());

        Assert.Equal(HttpStatusCode.Accepted, await SendAsync(path, secret, "msg_1", Image));
        await portal.KillServerAsync();
        var up = await portal.UpAsync();
        Assert.True(up.ExitCode == 0, up.Output + up.Error);
        await app.LiveAsync(2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SendAsync(path, secret, "msg_1", Image)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        Assert.Equal(2, await app.ReleasesAsync());
        await Eventually.Async("the delivered image", () => portal.AskAsync("deliveries.example.com"), answer => answer.Body.Contains("version 2", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        await app.DeleteAsync();
    }

    // Standard Webhooks 1.0.0: v1, base64 HMAC-SHA256 of "id.timestamp.body" with the key behind whsec_.
    private async Task<HttpStatusCode> SendAsync(string path, string? secret, string id, string image, bool tamper = false)
    {
        var body = $$$"""{"type":"image.pushed","timestamp":"2026-11-24T00:00:00Z","data":{"image":"{{{image}}}"}}""";
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(portal.Console, path));
        request.Content = new StringContent(tamper ? body.Replace("hello", "hullo", StringComparison.Ordinal) : body, Encoding.UTF8, "application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        if (secret is not null)
        {
            var key = Convert.FromBase64String(secret["whsec_".Length..]);
            request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"))));
        }

        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
