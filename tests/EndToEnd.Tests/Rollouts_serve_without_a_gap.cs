using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Every strategy under load through the ingress, and what outlives a rollout: volumes, by tasks and schedules on the real node.</summary>
public sealed class Rollouts_serve_without_a_gap(PortalFixture portal)
{
    private const string Team = "gapless";
    private const string Host = "gapless.example.com";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Rolling_blue_green_canary_and_rollback_lose_no_request()
    {
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var app = new FirstApp(rest, Team);
        await app.MakeRoomAsync();
        await DeclareAsync(rest, app, 1, "rolling");
        await Eventually.Async("the first answer", () => portal.AskAsync(Host), answer => answer.Status == HttpStatusCode.OK, Patience);

        using var end = new CancellationTokenSource();
        var load = LoadAsync(end.Token);
        foreach (var strategy in new[] { "rolling", "blue-green", "canary" })
        {
            await DeclareAsync(rest, app, 2, strategy);
            await DeclareAsync(rest, app, 1, strategy);
        }

        var back = await app.PostAsync(app.Url + "/rollback", new JsonObject { ["release"] = 2 });
        await app.LiveAsync((int)back["number"]!);
        await end.CancelAsync();
        var (sent, failed) = await load;
        Assert.True(sent > 200, $"only {sent} requests");
        Assert.Empty(failed);
        Assert.Equal(string.Empty, (await portal.KubectlOkAsync("get", "ingresses,deployments", "-A", "-l", "portal/app=hello,portal/team=" + Team, "-o", "name")).Split('\n').FirstOrDefault(line => line.Contains("next", StringComparison.Ordinal)) ?? string.Empty);
        await app.DeleteAsync();
    }

    [Fact]
    public async Task A_volume_survives_redeploy_rollback_and_deletion_and_tasks_run_with_the_apps_configuration()
    {
        var token = await portal.AdminTokenAsync();
        using var rest = portal.Rest(token);
        var app = new FirstApp(rest, "keeping", "files");
        await app.MakeRoomAsync();
        await DeclareFilesAsync(rest, app, "one");
        await ShellAsync("keeping", "echo kept > /data/file");
        await DeclareFilesAsync(rest, app, "two");
        Assert.Equal("kept", (await ShellAsync("keeping", "cat /data/file")).Trim());
        var back = await app.PostAsync(app.Url + "/rollback", new JsonObject { ["release"] = 1 });
        await app.LiveAsync((int)back["number"]!);
        Assert.Equal("kept", (await ShellAsync("keeping", "cat /data/file")).Trim());

        var run = await portal.PortalAsync(["run", "keeping/shop/staging/files", "--", "sh", "-c", "echo greeting is $GREETING"], token: token);
        Assert.Equal((0, "greeting is one"), (run.ExitCode, run.Output.Trim()));
        var failing = await portal.PortalAsync(["run", "keeping/shop/staging/files", "--", "sh", "-c", "exit 3"], token: token);
        Assert.Equal(1, failing.ExitCode);
        Assert.Contains("exit code 3", failing.Error, StringComparison.Ordinal);

        await app.DeleteAsync();
        await DeclareFilesAsync(rest, app, "again");
        Assert.Equal("kept", (await ShellAsync("keeping", "cat /data/file")).Trim());
        await app.DeleteAsync();
    }

    private async Task<(int Sent, List<string> Failed)> LoadAsync(CancellationToken cancellationToken)
    {
        var (sent, failed) = (0, new List<string>());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var at = DateTimeOffset.UtcNow;
                string? fault = null;
                try
                {
                    var (status, body) = await portal.AskAsync(Host);
                    if (status != HttpStatusCode.OK)
                        fault = $"{(int)status} {body}";
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    fault = e.Message;
                }

                Interlocked.Increment(ref sent);
                if (fault is not null)
                    lock (failed) failed.Add($"{at:HH:mm:ss.fff} {fault}");
                await Task.Delay(20, CancellationToken.None);
            }
        }, CancellationToken.None)));
        return (sent, failed);
    }

    private static Task DeclareAsync(HttpClient rest, FirstApp app, int version, string strategy) => PutAsync(rest, app, $$"""
        apiVersion: portal/v1
        kind: App
        metadata: { name: hello }
        spec:
          image: localhost/portal/hello:{{version}}
          processes: { web: { port: 8080, replicas: 2, size: tiny, health: { path: / } } }
          release: { command: [ "/bin/busybox", "true" ] }
          rollout: { strategy: {{strategy}}, hold: 1{{(strategy == "canary" ? ", steps: [ 50 ]" : "")}} }
          domains: [ {{Host}} ]
        """);

    private static Task DeclareFilesAsync(HttpClient rest, FirstApp app, string greeting) => PutAsync(rest, app, $$"""
        apiVersion: portal/v1
        kind: App
        metadata: { name: files }
        spec:
          image: localhost/portal/hello:1
          processes:
            main: { size: tiny, command: [ "sh", "-c", "sleep 86400 & wait" ], mounts: { data: /data } }
            nightly: { schedule: "0 3 * * *", size: tiny, command: [ "sh", "-c", "true" ], mounts: { data: /data } }
          volumes: { data: { size: 64Mi } }
          env: { GREETING: {{greeting}} }
        """);

    private static async Task PutAsync(HttpClient rest, FirstApp app, string yaml)
    {
        using var content = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var response = await rest.PutAsync(app.Url, content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        await app.LiveAsync((int)JsonNode.Parse(text)!["number"]!);
    }

    private async Task<string> ShellAsync(string team, string command)
    {
        var pod = (await portal.KubectlOkAsync("get", "pods", "-A", "-l", $"portal/team={team},portal/process=main", "--field-selector=status.phase=Running", "-o", "jsonpath={.items[0].metadata.namespace} {.items[0].metadata.name}")).Trim().Split(' ');
        return await portal.KubectlOkAsync("exec", "-n", pod[0], pod[1], "--", "sh", "-c", command);
    }
}
