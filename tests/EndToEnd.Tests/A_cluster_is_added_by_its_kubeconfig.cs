using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The instance's own Kubernetes API, added like anybody else's: an app there is planned, run, read and entered through the kubeconfig.</summary>
public sealed class A_cluster_is_added_by_its_kubeconfig(PortalFixture portal)
{
    private const string Team = "clusters";

    [Fact]
    public async Task An_app_on_it_runs_and_its_logs_terminal_and_pages_come_from_there()
    {
        var token = await portal.AdminTokenAsync();
        using var rest = portal.Rest(token);
        var app = new FirstApp(rest, Team);
        await app.PostAsync("/api/v1/teams", new() { ["name"] = Team });
        await app.PostAsync($"/api/v1/teams/{Team}/projects", new() { ["name"] = "shop" });

        var added = await portal.PortalAsync(["cluster", "add", "abroad", "--kubeconfig", portal.AdminKubeconfig, "--team", Team], token: token);
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Contains("Connected", added.Output, StringComparison.Ordinal);
        Assert.Contains("not available on this cluster: Node pages", added.Output, StringComparison.Ordinal);
        await app.PostAsync($"/api/v1/teams/{Team}/projects/shop/environments", new() { ["name"] = "staging", ["cluster"] = "abroad" });
        await app.DeclareAsync("clusters.example.com", 1, "tiny");
        await app.LiveAsync(1);

        var instance = (string)(await rest.GetFromJsonAsync<JsonArray>(app.Url + "/instances"))![0]!["name"]!;
        Assert.Contains("tty-42", await TypeAsync(token, $"{app.Url}/instances/{instance}/terminal", "echo tty-$((40+2))\n", "tty-42"), StringComparison.Ordinal);
        var logs = await portal.PortalAsync(["logs", $"{Team}/shop/staging/hello"], token: token);
        Assert.True(logs.ExitCode == 0, logs.Error);
        var removed = await portal.PortalAsync(["cluster", "remove", "abroad", "--team", Team], token: token);
        Assert.NotEqual(0, removed.ExitCode);
        Assert.Contains($"{Team}/shop/staging", removed.Error, StringComparison.Ordinal);

        await using var browser = await Browser.OpenAsync();
        await browser.SignInAsync(portal);
        var page = browser.Page;
        await page.GotoAsync(new Uri(portal.Console, $"/t/{Team}/clusters").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "abroad" }).WaitForAsync();
        await browser.LiveAsync();
        await browser.ScreenshotAsync("clusters");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a cluster" }).ClickAsync();
        await page.Locator("dialog input").First.FillAsync("another");
        await page.Locator("dialog textarea").FillAsync("kind: Config\nusers: [ { name: u, user: { exec: { command: sh } } } ]\nclusters: [ { name: c, cluster: { server: 'https://c.example.com' } } ]\ncontexts: [ { name: x, context: { cluster: c, user: u } } ]\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and add" }).ClickAsync();
        await page.GetByText("would run a program on Portal's server").First.WaitForAsync();
        await browser.ScreenshotAsync("clusters-add");
        await page.GotoAsync(new Uri(portal.Console, $"/t/{Team}/clusters/abroad").ToString());
        await page.GetByText($"{Team}/shop/staging").First.WaitForAsync();
        await browser.ScreenshotAsync("cluster");
        await page.GotoAsync(new Uri(portal.Console, $"/t/{Team}/p/shop").ToString());
        await page.GetByText("abroad").First.WaitForAsync();
        await browser.ScreenshotAsync("environments-on-clusters");
        Assert.DoesNotContain("client-key-data", await page.ContentAsync(), StringComparison.Ordinal);
        await app.DeleteAsync();
    }

    /// <summary>Types into a terminal and reads its screen until a text stands there.</summary>
    private async Task<string> TypeAsync(string token, string path, string keys, string awaited)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(new UriBuilder(new Uri(portal.Console, path)) { Scheme = "ws" }.Uri, patience.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes(keys), WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
        var screen = new StringBuilder();
        var buffer = new byte[8192];
        while (!screen.ToString().Contains(awaited, StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, patience.Token);
            if (read.MessageType == WebSocketMessageType.Close) break;
            screen.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
        }

        return screen.ToString();
    }
}
