using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Killed containers, deleted pods: what was declared comes back by itself, and traffic finds it.</summary>
public sealed class It_heals_itself(PortalFixture portal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_killed_container_restarts_and_a_deleted_pod_is_replaced()
    {
        const string ns = "healing";
        await portal.KubectlOkAsync("create", "namespace", ns);
        await portal.KubectlOkAsync("create", "deployment", "web", "--image=localhost/portal/hello:1", "--port=8080", "-n", ns);
        await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=60s");
        var pod = (await portal.KubectlOkAsync("get", "pods", "-n", ns, "-o", "jsonpath={.items[0].metadata.name}")).Trim();
        var container = (await portal.KubectlOkAsync("get", "pod", pod, "-n", ns, "-o", "jsonpath={.status.containerStatuses[0].containerID}")).Trim();

        using (var process = Containers.FirstProcess(container))
            process.Kill();
        await Eventually.Async("one restart and Ready", () => portal.KubectlOkAsync("get", "pod", pod, "-n", ns, "-o", "jsonpath={.status.containerStatuses[0].restartCount}/{.status.containerStatuses[0].ready}"), text => text == "1/true", Patience);

        await portal.KubectlOkAsync("delete", "pod", pod, "-n", ns, "--wait=false");
        await Eventually.Async(
            "another pod Running in its place",
            () => portal.KubectlOkAsync("get", "pods", "-n", ns, "--field-selector=status.phase=Running", "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].ready}{\"\\n\"}{end}"),
            text => text.Split('\n').Any(line => line.EndsWith(" true", StringComparison.Ordinal) && !line.StartsWith(pod + " ", StringComparison.Ordinal)),
            Patience);
        await portal.KubectlOkAsync("delete", "namespace", ns, "--timeout=60s");
    }

    [Fact]
    public async Task A_killed_server_comes_back_while_the_apps_go_on()
    {
        const string ns = "server-killed";
        await portal.KubectlOkAsync("create", "namespace", ns);
        await portal.KubectlOkAsync("create", "deployment", "web", "--image=localhost/portal/hello:1", "--port=8080", "-n", ns);
        await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=60s");
        var before = await portal.KubectlOkAsync("get", "pods", "-n", ns, "-o", "jsonpath={.items[0].metadata.uid} {.items[0].status.containerStatuses[0].containerID} {.items[0].status.containerStatuses[0].restartCount}");

        await portal.KillServerAsync();
        var up = await portal.UpAsync();
        Assert.True(up.ExitCode == 0, up.Output + up.Error);

        Assert.Equal(before, await portal.KubectlOkAsync("get", "pods", "-n", ns, "-o", "jsonpath={.items[0].metadata.uid} {.items[0].status.containerStatuses[0].containerID} {.items[0].status.containerStatuses[0].restartCount}"));
        await portal.KubectlOkAsync("delete", "namespace", ns, "--timeout=60s");
    }
}
