using System.Diagnostics;
using System.Globalization;
using System.Net;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>kill -9 of the node agent: the pods serve meanwhile, the supervisor starts another agent, and it goes on with the same containers.</summary>
public sealed class A_killed_agent_is_replaced(PortalFixture portal)
{
    private const string Namespace = "agent-killed";
    private const string Domain = "agent-killed.example.com";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Another_agent_adopts_the_running_pods_without_a_restart()
    {
        await portal.KubectlOkAsync("create", "namespace", Namespace);
        await portal.KubectlOkAsync("create", "deployment", "web", "--image=localhost/portal/hello:1", "--replicas=2", "--port=8080", "-n", Namespace);
        await portal.KubectlOkAsync("expose", "deployment", "web", "--port=80", "--target-port=8080", "-n", Namespace);
        await portal.KubectlOkAsync("create", "ingress", "web", "--class=portal", $"--rule={Domain}/*=web:80", "-n", Namespace);
        await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", Namespace, "--timeout=60s");
        await Eventually.Async("an answer", () => portal.AskAsync(Domain, "/health"), answer => answer.Status == HttpStatusCode.OK, Patience);
        var before = await ContainersAsync();
        var killed = await AgentAsync();

        using (var agent = Process.GetProcessById(killed))
            agent.Kill();
        var load = AskWhileAsync(until: Eventually.Async("another agent", AgentAsync, id => id != killed && Directory.Exists($"/proc/{id}"), Patience));

        // Only a living agent can take up a new pod and answer for the logs of the old ones.
        Assert.Equal([], await load);
        await portal.KubectlOkAsync("scale", "deployment/web", "--replicas=3", "-n", Namespace);
        await Eventually.Async("three containers that run", ContainersAsync, seen => seen.Count == 3, Patience);
        Assert.Contains("listening on port 8080", await portal.KubectlOkAsync("logs", before.Keys.First(), "-n", Namespace), StringComparison.Ordinal);

        var after = await ContainersAsync();
        Assert.All(before, pod => Assert.Equal(pod.Value, after[pod.Key]));
        Assert.Equal("True", await portal.KubectlOkAsync("get", "nodes", "-o", "jsonpath={.items[0].status.conditions[?(@.type=='Ready')].status}"));

        // What the new agent adopted it also watches: a dead container of the old agent's is started again.
        var (first, container) = before.First();
        using (var process = Containers.FirstProcess(container.Split(' ')[0]))
            process.Kill();
        await Eventually.Async("one restart", ContainersAsync, seen => seen.TryGetValue(first, out var now) && now.EndsWith(" 1", StringComparison.Ordinal), Patience);
        await portal.KubectlOkAsync("delete", "namespace", Namespace, "--timeout=60s");
    }

    // Every answer but 200 while an agent is missing.
    private async Task<List<string>> AskWhileAsync(Task until)
    {
        List<string> faults = [];
        while (!until.IsCompleted)
        {
            var (status, body) = await portal.AskAsync(Domain, "/health");
            if (status != HttpStatusCode.OK)
                faults.Add($"{(int)status} {body}");
        }

        await until;
        return faults;
    }

    private async Task<int> AgentAsync() =>
        int.Parse(await File.ReadAllTextAsync(Path.Combine(portal.Data, "run/agent.pid")), CultureInfo.InvariantCulture);

    // For each pod with a Ready container: the container's id and how often it was started again.
    private async Task<Dictionary<string, string>> ContainersAsync() =>
        (await portal.KubectlOkAsync("get", "pods", "-n", Namespace, "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}{\"\\n\"}{end}"))
            .Split('\n')
            .Where(line => line.EndsWith(" true", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => parts[1] + " " + parts[2]);
}
