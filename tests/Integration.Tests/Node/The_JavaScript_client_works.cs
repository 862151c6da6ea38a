using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>The official JavaScript client, restored from npm: informers, server-side apply, exec, logs and port-forward.</summary>
[Collection(nameof(NodeCollection))]
public sealed class The_JavaScript_client_works(NodeFixture node)
{
    private const string Package = "@kubernetes/client-node";
    private const string Version = "1.4.0";

    [Fact]
    public async Task It_informs_applies_executes_follows_logs_and_forwards_ports()
    {
        var directory = await RestoreAsync();
        await node.CreateAsync(NodeFixture.Pod("for-node-js", "echo first line; exec httpd -f -p 8080 -h /www"));
        await node.WaitRunningAsync("for-node-js");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Node/Clients/client.mjs"), Path.Combine(directory, "client.mjs"), overwrite: true);
        var result = await PortalInstance.RunAsync("node", [Path.Combine(directory, "client.mjs"), "for-node-js", "8080"], environment: new() { ["KUBECONFIG"] = node.Server.AdminKubeconfig });
        Assert.True(result.ExitCode == 0, result.Error);
        var seen = JsonNode.Parse(result.Output)!;
        Assert.Equal(["add blue", "update red", "update green", "delete green"], seen["events"]!.AsArray().Select(e => e!.GetValue<string>()));
        Assert.Null(seen["informerError"]);
        Assert.Equal(409, seen["conflict"]!.GetValue<int>());
        Assert.Equal(("out\n", "err\n", "Success"), (Text("ok", "out"), Text("ok", "err"), Text("ok", "status")));
        Assert.Equal(("Failure", "NonZeroExitCode", "7"), (Text("failed", "status"), Text("failed", "reason"), Text("failed", "code")));
        Assert.Equal("first line", seen["log"]!.GetValue<string>());
        Assert.Equal("hello", seen["page"]!.GetValue<string>());

        string Text(string part, string field) => seen[part]![field]!.GetValue<string>();
    }

    // Once a checkout; the directory's name holds the version.
    private static async Task<string> RestoreAsync()
    {
        var directory = Repository.Path($"tests/.tools/client-node-{Version}");
        if (!Directory.Exists(Path.Combine(directory, "node_modules", Package)))
        {
            Directory.CreateDirectory(directory);
            await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), """{ "private": true, "type": "module" }""");
            var npm = await PortalInstance.RunAsync("npm", ["install", "--prefix", directory, "--no-audit", "--no-fund", "--silent", $"{Package}@{Version}"], timeout: TimeSpan.FromMinutes(5));
            Assert.True(npm.ExitCode == 0, npm.Output + npm.Error);
        }

        return directory;
    }
}
