using System.Globalization;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>metrics.k8s.io from the agent's own readings, as kubectl top asks for it.</summary>
[Collection(nameof(NodeCollection))]
public sealed class Usage_is_measured(NodeFixture node)
{
    [Fact]
    public async Task Top_shows_who_burns_and_who_sleeps()
    {
        await node.CreateAsync(NodeFixture.Pod("burning", "while true; do :; done", c => c.Resources = new() { Limits = new Dictionary<string, k8s.Models.ResourceQuantity> { ["cpu"] = new("300m"), ["memory"] = new("64Mi") } }));
        await node.CreateAsync(NodeFixture.Pod("sleeping", "sleep 3600"));
        await node.WaitRunningAsync("burning");
        await node.WaitRunningAsync("sleeping");
        // NAME CPU(cores) MEMORY(bytes); the first rates come with the second reading.
        var cores = await Eventually.Async("a burning pod", () => CoresAsync(), seen => seen.GetValueOrDefault("burning") > 30, TimeSpan.FromSeconds(40));
        Assert.InRange(cores["burning"], 31, 400);
        Assert.InRange(cores["sleeping"], 0, 20);
        var top = await node.Server.KubectlAsync("top", "pod", "burning", "--containers");
        Assert.True(top.ExitCode == 0, top.Error);
        Assert.Matches(@"burning\s+c\s+\d+m\s+\d+Mi", top.Output);
        var nodes = await node.Server.KubectlAsync("top", "nodes");
        Assert.True(nodes.ExitCode == 0, nodes.Error);
        Assert.Matches($@"{NodeFixture.NodeName}\s+\d+m\s+\d+%\s+\d+Mi\s+\d+%", nodes.Output);
    }

    [Fact]
    public async Task The_api_answers_one_and_many_and_only_reads()
    {
        await node.CreateAsync(NodeFixture.Pod("measured", "sleep 3600"));
        await node.WaitRunningAsync("measured");
        var one = await Eventually.Async("the pod's metrics", () => node.Server.KubectlAsync("get", "--raw", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/measured"), r => r.ExitCode == 0, TimeSpan.FromSeconds(20));
        var document = JsonNode.Parse(one.Output)!;
        Assert.Equal(("PodMetrics", "measured", "c"), (document["kind"]!.GetValue<string>(), document["metadata"]!["name"]!.GetValue<string>(), document["containers"]![0]!["name"]!.GetValue<string>()));
        Assert.Matches(@"^[1-9]\d*Ki$", document["containers"]![0]!["usage"]!["memory"]!.GetValue<string>());
        Assert.Contains("NAME", (await node.Server.KubectlAsync("get", "nodes.metrics.k8s.io")).Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await node.Server.KubectlAsync("delete", "pods.metrics.k8s.io", "measured")).ExitCode);
        Assert.Contains("not found", (await node.Server.KubectlAsync("get", "--raw", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/nosuch")).Error, StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, int>> CoresAsync()
    {
        var top = await node.Server.KubectlAsync("top", "pods", "--no-headers");
        return top.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(cells => cells[0], cells => int.Parse(cells[1].TrimEnd('m'), CultureInfo.InvariantCulture));
    }
}
