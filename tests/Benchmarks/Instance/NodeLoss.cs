using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Testing;

namespace Benchmarks.Instance;

/// <summary>A second node in a network namespace of its own is killed; its pods are awaited on the first.</summary>
internal static class NodeLoss
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task<Figure> RunAsync(PortalInstance portal)
    {
        var instance = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(portal.Data, "instance.json")))!;
        await using var second = await NodeNamespace.CreateAsync("bench", (string)instance["podCidr"]!, (string)instance["serviceCidr"]!);
        var data = portal.Data + "-node2";
        Directory.CreateDirectory(Path.Combine(data, "images"));
        await PortalInstance.RunAsync(Repository.Path("deploy/samples/build-image"), [Path.Combine(data, "images")]);
        var token = (await portal.PortalAsync(["node", "token", "--data", portal.Data])).Output.Trim();
        var agent = second.Network.Start(portal.Executable, "agent", "--server", $"https://{second.MachineAddress}:{portal.PortBase + 1}", "--token", token, "--data", data, "--name", "second", "--node-ip", second.NodeAddress);
        await Eventually.Async("the second node Ready", () => portal.KubectlAsync("get", "node", "second", "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}"), seen => seen.Output == "True", Patience);
        await portal.KubectlOkAsync("create", "deployment", "spread", "--image=localhost/portal/hello:1", "--replicas=4");
        await portal.KubectlOkAsync("rollout", "status", "deployment/spread", "--timeout=90s");
        var clock = Stopwatch.StartNew();
        agent.Kill();
        await Eventually.Async(
            "four Ready pods on the first node",
            () => portal.KubectlOkAsync("get", "pods", "-l", "app=spread", "-o", "jsonpath={range .items[*]}{.spec.nodeName} {.status.conditions[?(@.type=='Ready')].status}{\"\\n\"}{end}"),
            text => text.Split('\n').Count(line => line.EndsWith(" True", StringComparison.Ordinal) && !line.StartsWith("second ", StringComparison.Ordinal)) >= 4,
            Patience);
        var elapsed = clock.Elapsed.TotalSeconds;
        await portal.KubectlAsync("delete", "node", "second", "--wait=false");
        // In the node's own namespace: what it holds in the kernel carries the same names as the first node's.
        await second.Network.RunAsync(portal.Executable, "agent", "--data", data, "--tear-down");
        Directory.Delete(data, recursive: true);
        return new Figure("node killed to its pods running elsewhere", string.Create(CultureInfo.InvariantCulture, $"{elapsed:0.0} s"), "at most 15 s");
    }
}
