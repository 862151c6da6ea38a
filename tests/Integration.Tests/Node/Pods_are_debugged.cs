using System.Diagnostics;
using k8s;
using k8s.Models;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>Ephemeral containers with the real kubectl debug.</summary>
[Collection(nameof(NodeCollection))]
public sealed class Pods_are_debugged(NodeFixture node)
{
    [Fact]
    public async Task A_debug_container_sees_the_target_and_leaves_the_pod_as_it_was()
    {
        await node.CreateAsync(NodeFixture.Pod("debugged", "exec sleep 86471"));
        var before = await node.WaitRunningAsync("debugged");
        var start = new ProcessStartInfo(Repository.Kubectl) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--kubeconfig", node.Server.AdminKubeconfig, "debug", "-i", "debugged", $"--image={NodeFixture.Image}", "--target=c", "--container=look", "--", "sh", "-c", "read wait; ps; echo $wait; sleep 2; exit 4"])
            start.ArgumentList.Add(argument);
        using var kubectl = Process.Start(start)!;
        // The input stays open: at its end containerd closes the outputs of an attach too. It also drops what a process writes in its last moment, hence the sleep.
        await kubectl.StandardInput.WriteAsync("carry on\n");
        await kubectl.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var output = await kubectl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(40), TestContext.Current.CancellationToken);
        var after = await node.WaitAsync("debugged", "to show the ended debug container", p => p.Status.EphemeralContainerStatuses?.Any(s => s.State.Terminated is not null) == true);
        Assert.Contains("sleep 86471", output, StringComparison.Ordinal);
        Assert.True(output.Contains("carry on", StringComparison.Ordinal), $"the output ends early: {output}{await kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        var status = Assert.Single(after.Status.EphemeralContainerStatuses);
        Assert.Equal(("look", 4, 0), (status.Name, status.State.Terminated.ExitCode, status.RestartCount));
        // Neither restarted nor counted.
        Assert.Equal(("Running", before.Status.ContainerStatuses[0].ContainerID, 0), (after.Status.Phase, after.Status.ContainerStatuses[0].ContainerID, after.Status.ContainerStatuses[0].RestartCount));
        Assert.Contains(after.Status.Conditions, c => c is { Type: "Ready", Status: "True" });
        Assert.Contains("carry on", await node.LogsAsync("debugged", "-c", "look"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"c","image":"i"}]}}""", "Duplicate value")]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"x","image":"i","targetContainerName":"nosuch"}]}}""", "Not found")]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"x","image":"i","ports":[{"containerPort":1}]}]}}""", "cannot be set for an Ephemeral Container")]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"x"}]}}""", "Required value")]
    public async Task Ephemeral_containers_that_cannot_be_are_refused(string patch, string why)
    {
        if ((await node.Client.CoreV1.ListNamespacedPodAsync("default", fieldSelector: "metadata.name=refusing")).Items.Count == 0)
            await node.CreateAsync(NodeFixture.Pod("refusing", "sleep 3600"));
        var result = await node.Server.KubectlAsync("patch", "pod", "refusing", "--subresource=ephemeralcontainers", "--type=strategic", "-p", patch);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_come_by_the_subresource_alone_and_stay()
    {
        var pod = NodeFixture.Pod("staying", "sleep 3600");
        pod.Spec.EphemeralContainers = [new V1EphemeralContainer { Name = "look", Image = NodeFixture.Image }];
        var refused = await Assert.ThrowsAsync<k8s.Autorest.HttpOperationException>(() => node.CreateAsync(pod));
        Assert.Contains("cannot be set on create", refused.Response.Content, StringComparison.Ordinal);
        await node.CreateAsync(NodeFixture.Pod("staying", "sleep 3600"));
        const string add = """{"spec":{"ephemeralContainers":[{"name":"look","image":"localhost/test/busybox:1","command":["sleep","3600"]}]}}""";
        Assert.Equal(0, (await node.Server.KubectlAsync("patch", "pod", "staying", "--subresource=ephemeralcontainers", "--type=strategic", "-p", add)).ExitCode);
        var removed = await node.Server.KubectlAsync("patch", "pod", "staying", "--subresource=ephemeralcontainers", "--type=merge", "-p", """{"spec":{"ephemeralContainers":[]}}""");
        Assert.Contains("may not be removed", removed.Error, StringComparison.Ordinal);
        await node.WaitAsync("staying", "to run its debug container", p => p.Status?.EphemeralContainerStatuses?.Any(s => s.State.Running is not null) == true);
    }
}
