using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// A second agent joins from a network namespace of its own with a one-time token; when it is killed, its pods run elsewhere: at once those that may, and those with
/// an identity once its guard has ended them.
/// </summary>
public sealed class A_second_node_takes_over(PortalFixture portal)
{
    private const string Stateful = "two-nodes-stateful";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task It_joins_with_a_one_time_token_and_its_pods_move_when_it_is_killed()
    {
        const string ns = "two-nodes";
        await using var second = await SecondNode.JoinAsync(portal);
        try
        {
            // The token was spent: another machine cannot use it again.
            Assert.NotEqual(0, (await second.JoinAgainAsync()).ExitCode);

            await portal.KubectlOkAsync("create", "namespace", ns);
            await portal.KubectlOkAsync("create", "deployment", "web", "--image=localhost/portal/hello:1", "--replicas=4", "--port=8080", "-n", ns);
            await portal.KubectlOkAsync("expose", "deployment", "web", "--port=80", "--target-port=8080", "-n", ns);
            await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=90s");
            var spread = await SecondNode.NodesOfReadyPodsAsync(portal, ns);
            Assert.Equal(2, spread.Distinct().Count());

            // The machine reaches the pods of the other node through the ingress, which asks them directly.
            await portal.KubectlOkAsync("create", "ingress", "web", "--class=portal", "--rule=two-nodes.example.com/*=web:80", "-n", ns);
            await Eventually.Async("an answer from a pod", () => portal.AskAsync("two-nodes.example.com"), answer => answer.Status == System.Net.HttpStatusCode.OK, Patience);
            var answers = new HashSet<string>();
            for (var attempt = 0; attempt < 60 && answers.Count < 4; attempt++)
                answers.Add((await portal.AskAsync("two-nodes.example.com")).Body);
            Assert.Equal(4, answers.Count);

            var logs = await portal.KubectlOkAsync("logs", await PodOn(SecondNode.Name, ns), "-n", ns);
            Assert.Contains("listening on port 8080", logs, StringComparison.Ordinal);

            await using var view = await ClusterView.OpenAsync(portal);
            await using var lives = new LifeSpans(Stateful, HomeWorkloads.Database, Path.Combine(portal.Data, "agent"), second.Data);
            await HomeWorkloads.DeclareAsync(portal, Stateful, webs: 0);
            await HomeWorkloads.PlaceAsync(portal, view, Stateful, webs: 0);
            var elapsed = await second.LoseAsync(ns, pods: 4);
            TestContext.Current.SendDiagnosticMessage("node killed to its pods running elsewhere: {0:0.0} s", elapsed.TotalSeconds);
            await Eventually.Async("NotReady", second.ReadyAsync, status => status != "True", Patience);
            await view.RequireAsync("the stateful pod elsewhere", () => view.Running(Stateful, ready: true).Any(pod => pod.Spec.NodeName != SecondNode.Name), Patience);
            await Eventually.Async("both lives seen", () => Task.FromResult(lives.Count), count => count >= 2, Patience);
            Assert.Empty(lives.Overlaps());
        }
        finally
        {
            await portal.KubectlAsync("delete", "namespace", ns, Stateful, "--wait=false");
        }
    }

    private async Task<string> PodOn(string node, string ns) =>
        (await portal.KubectlOkAsync("get", "pods", "-n", ns, $"--field-selector=spec.nodeName={node}", "-o", "jsonpath={.items[0].metadata.name}")).Trim();
}
