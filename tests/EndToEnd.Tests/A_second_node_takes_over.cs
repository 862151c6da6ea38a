using System.Diagnostics;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// A second agent joins from a network namespace of its own with a one-time token; when it is killed, its pods run elsewhere.
/// Slow because the loss of a node is only believed after its lease has run out.
/// </summary>
public sealed class A_second_node_takes_over(PortalFixture portal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task It_joins_with_a_one_time_token_and_its_pods_move_when_it_is_killed()
    {
        const string ns = "two-nodes";
        var instance = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(portal.Data, "instance.json")))!;
        var firstNode = (await portal.KubectlOkAsync("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")).Trim();
        await using var second = await NodeNamespace.CreateAsync("second", (string)instance["podCidr"]!, (string)instance["serviceCidr"]!);
        var data = portal.Data + "-node2";
        Directory.CreateDirectory(Path.Combine(data, "images"));
        await PortalInstance.RunAsync(Repository.Path("deploy/samples/build-image"), [Path.Combine(data, "images")]);
        var token = (await portal.PortalAsync(["node", "token", "--data", portal.Data])).Output.Trim();
        string[] arguments = ["agent", "--server", $"https://{second.MachineAddress}:{portal.PortBase + 1}", "--token", token, "--data", data, "--name", "second", "--node-ip", second.NodeAddress];
        var agent = second.Network.Start(portal.Executable, arguments);
        try
        {
            await Eventually.Async("the second node Ready", () => portal.KubectlAsync("get", "node", "second", "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}"), seen => seen.Output == "True", Patience);

            // The token was spent: another machine cannot use it again.
            var again = await PortalInstance.RunAsync("nsenter", [$"--net={second.Network.Path}", "--", portal.Executable, "agent", "--server", $"https://{second.MachineAddress}:{portal.PortBase + 1}", "--token", token, "--data", data + "-again", "--name", "third", "--node-ip", second.NodeAddress, "--join-only"]);
            Assert.NotEqual(0, again.ExitCode);

            await portal.KubectlOkAsync("create", "namespace", ns);
            await portal.KubectlOkAsync("create", "deployment", "web", "--image=localhost/portal/hello:1", "--replicas=4", "--port=8080", "-n", ns);
            await portal.KubectlOkAsync("expose", "deployment", "web", "--port=80", "--target-port=8080", "-n", ns);
            await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=90s");
            var spread = await NodesOfReadyPods(ns);
            Assert.Equal(2, spread.Distinct().Count());

            // The machine reaches the pods of the other node through the ingress, which asks them directly.
            await portal.KubectlOkAsync("create", "ingress", "web", "--class=portal", "--rule=two-nodes.example.com/*=web:80", "-n", ns);
            await Eventually.Async("an answer from a pod", () => portal.AskAsync("two-nodes.example.com"), answer => answer.Status == System.Net.HttpStatusCode.OK, Patience);
            var answers = new HashSet<string>();
            for (var attempt = 0; attempt < 60 && answers.Count < 4; attempt++)
                answers.Add((await portal.AskAsync("two-nodes.example.com")).Body);
            Assert.Equal(4, answers.Count);

            var logs = await portal.KubectlOkAsync("logs", await PodOn("second", ns), "-n", ns);
            Assert.Contains("listening on port 8080", logs, StringComparison.Ordinal);

            var clock = Stopwatch.StartNew();
            agent.Kill();
            await Eventually.Async(
                "four Ready pods on the first node",
                () => NodesOfReadyPods(ns),
                nodes => nodes.Count(node => node == firstNode) >= 4,
                Patience);
            TestContext.Current.SendDiagnosticMessage("node killed to its pods running elsewhere: {0:0.0} s", clock.Elapsed.TotalSeconds);
            await Eventually.Async("NotReady", () => portal.KubectlOkAsync("get", "node", "second", "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}"), status => status != "True", Patience);
        }
        finally
        {
            await portal.KubectlAsync("delete", "namespace", ns, "--wait=false");
            await portal.KubectlAsync("delete", "node", "second", "--wait=false");
            if (!agent.HasExited)
                agent.Kill();
            // In the node's own namespace: what it holds in the kernel carries the same names as the first node's.
            await second.Network.RunAsync(portal.Executable, "agent", "--data", data, "--tear-down");
            foreach (var left in new[] { data, data + "-again" }.Where(Directory.Exists))
                Directory.Delete(left, recursive: true);
        }

        await Eventually.Async("no trace of the namespace", () => portal.KubectlAsync("get", "namespace", ns), seen => seen.ExitCode != 0, Patience);
    }

    private async Task<string> PodOn(string node, string ns) =>
        (await portal.KubectlOkAsync("get", "pods", "-n", ns, $"--field-selector=spec.nodeName={node}", "-o", "jsonpath={.items[0].metadata.name}")).Trim();

    private async Task<string[]> NodesOfReadyPods(string ns) =>
        (await portal.KubectlOkAsync("get", "pods", "-n", ns, "-o", "jsonpath={range .items[*]}{.spec.nodeName} {.status.conditions[?(@.type=='Ready')].status}{\"\\n\"}{end}"))
            .Split('\n')
            .Where(line => line.EndsWith(" True", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])
            .ToArray();
}
