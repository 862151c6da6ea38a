using System.Diagnostics;
using k8s;
using k8s.Models;
using Kube.Node.Cri;
using Kube.Node.Pods;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

[Collection(nameof(NodeCollection))]
public sealed class Pods_run_on_a_real_node(NodeFixture node, ITestOutputHelper output)
{
    [Fact]
    public async Task A_pod_runs_with_a_variable_from_a_secret_and_its_log_is_read()
    {
        await node.Client.CoreV1.CreateNamespacedSecretAsync(new V1Secret { Metadata = new V1ObjectMeta { Name = "s1" }, StringData = new Dictionary<string, string> { ["key"] = "hidden value" } }, "default");
        var clock = Stopwatch.StartNew();
        await node.CreateAsync(NodeFixture.Pod("env1", "echo \"$GREETING from $POD_NAME\"; exec sleep 1000", c => c.Env =
        [
            new V1EnvVar { Name = "SECRET", ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = "s1", Key = "key" } } },
            new V1EnvVar { Name = "GREETING", Value = "got $(SECRET)" },
            new V1EnvVar { Name = "POD_NAME", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.name" } } },
        ]));
        var pod = await node.WaitAsync("env1", "Ready", p => p.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") == true);
        output.WriteLine($"create to Ready: {clock.ElapsedMilliseconds} ms");
        Assert.StartsWith("10.199.1.", pod.Status.PodIP, StringComparison.Ordinal);
        Assert.Equal("Running", pod.Status.Phase);
        // The value has reached the container, and leaves the node in nobody's log.
        Assert.Equal("got [redacted] from env1\n", await Eventually.Async("log", () => node.LogsAsync("env1"), l => l.Length > 0));
    }

    [Fact]
    public async Task A_pod_finds_the_server_and_a_token_of_its_own()
    {
        const string folder = "/var/run/secrets/kubernetes.io/serviceaccount";
        await node.CreateAsync(NodeFixture.Pod("token1", $"echo $(cat {folder}/namespace) $KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT $(grep -c BEGIN {folder}/ca.crt) $(cat {folder}/token); exec sleep 1000"));
        var pod = await node.WaitRunningAsync("token1");
        var words = (await Eventually.Async("log", () => node.LogsAsync("token1"), l => l.Length > 0)).Trim().Split(' ');
        Assert.Equal(["default", "10.96.0.1:443", "1"], words[..3]);
        var review = await node.Client.AuthenticationV1.CreateTokenReviewAsync(new V1TokenReview { Spec = new V1TokenReviewSpec { Token = words[3] } });
        Assert.True(review.Status.Authenticated);
        Assert.Equal("system:serviceaccount:default:default", review.Status.User.Username);
        Assert.Equal(pod.Metadata.Uid, review.Status.User.Extra["authentication.kubernetes.io/pod-uid"][0]);
        Assert.Equal(NodeFixture.NodeName, review.Status.User.Extra["authentication.kubernetes.io/node-name"][0]);
    }

    [Fact]
    public async Task A_crashed_container_restarts_at_once_and_then_backs_off()
    {
        await node.CreateAsync(NodeFixture.Pod("crash1", "exec sleep 1000"));
        var pod = await node.WaitRunningAsync("crash1");
        var first = pod.Status.ContainerStatuses[0].ContainerID;
        await KillMainProcessAsync("crash1");
        var clock = Stopwatch.StartNew();
        pod = await node.WaitAsync("crash1", "restarted", p => p.Status.ContainerStatuses[0] is { RestartCount: 1, State.Running: not null });
        var ended = pod.Status.ContainerStatuses[0].LastState.Terminated;
        output.WriteLine($"killed to seen Running again in the API: {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
        using var cri = new CriClient(CriChannel.Open(Path.Combine(node.Data, "containerd", "containerd.sock")));
        var observed = await ObservedPod.ObserveAsync(cri, pod.Metadata.Uid, CancellationToken.None);
        var gap = observed.Current("c")!.StartedAt - observed.Previous("c")!.FinishedAt;
        output.WriteLine($"end of the process to start of the next, by the runtime's clock: {gap.TotalMilliseconds:0} ms");
        Assert.True(gap < TimeSpan.FromSeconds(5));
        Assert.Equal(first, ended.ContainerID);
        Assert.Equal(137, ended.ExitCode);

        await node.CreateAsync(NodeFixture.Pod("crash2", "exit 3"));
        pod = await node.WaitAsync("crash2", "in back-off", p => p.Status?.ContainerStatuses?[0].State.Waiting?.Reason == "CrashLoopBackOff");
        Assert.Equal(3, pod.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.True(pod.Status.ContainerStatuses[0].RestartCount >= 1);
    }

    [Fact]
    public async Task A_failed_liveness_probe_restarts_the_container()
    {
        await node.CreateAsync(NodeFixture.Pod("live1", "touch /tmp/ok; sleep 2; rm /tmp/ok; exec sleep 1000", c =>
            c.LivenessProbe = new V1Probe { Exec = new V1ExecAction { Command = ["cat", "/tmp/ok"] }, PeriodSeconds = 1, FailureThreshold = 1, TerminationGracePeriodSeconds = 1 }));
        await node.WaitAsync("live1", "restarted", p => p.Status?.ContainerStatuses?[0].RestartCount >= 1, 15);
        var events = await Eventually.Async("event", () => node.Client.CoreV1.ListNamespacedEventAsync("default"), l => l.Items.Any(e => e.InvolvedObject.Name == "live1" && e.Reason == "Unhealthy"));
        Assert.Contains(events.Items, e => e.InvolvedObject.Name == "live1" && e.Message.Contains("Liveness", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_web_container_is_ready_soon_after_it_answers_and_not_before()
    {
        await node.CreateAsync(NodeFixture.Pod("ready1", "sleep 2; exec httpd -f -p 8080 -h /www", c =>
        {
            c.Ports = [new V1ContainerPort { ContainerPort = 8080, Name = "http" }];
            c.ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/", Port = "http" }, PeriodSeconds = 10 };
        }));
        var running = await node.WaitRunningAsync("ready1");
        Assert.False(running.Status.ContainerStatuses[0].Ready);
        var clock = Stopwatch.StartNew();
        var ready = await node.WaitAsync("ready1", "ready", p => p.Status.ContainerStatuses[0].Ready, 8);
        output.WriteLine($"Running to Ready with a server that takes 2 s: {clock.ElapsedMilliseconds} ms");
        Assert.Contains(ready.Status.Conditions, c => c is { Type: "Ready", Status: "True" });
    }

    [Fact]
    public async Task A_container_over_its_memory_limit_is_OOMKilled()
    {
        var pod = NodeFixture.Pod("oom1", "sleep 0.3; tail /dev/zero", c => c.Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("16Mi"), ["cpu"] = new("500m") } });
        pod.Spec.RestartPolicy = "Never";
        await node.CreateAsync(pod);
        pod = await node.WaitAsync("oom1", "failed", p => p.Status?.Phase == "Failed");
        Assert.Equal(("OOMKilled", 137), (pod.Status.ContainerStatuses[0].State.Terminated.Reason, pod.Status.ContainerStatuses[0].State.Terminated.ExitCode));
    }

    [Fact]
    public async Task A_followed_log_ends_with_its_container_and_tail_and_previous_are_honoured()
    {
        var pod = NodeFixture.Pod("log1", "for i in 1 2 3 4 5; do echo line $i; sleep 0.3; done");
        pod.Spec.RestartPolicy = "Never";
        await node.CreateAsync(pod);
        await node.WaitAsync("log1", "started", p => p.Status?.ContainerStatuses?[0].ContainerID is not null);
        Assert.Equal("line 1\nline 2\nline 3\nline 4\nline 5\n", await node.LogsAsync("log1", "-f"));
        Assert.Equal("line 4\nline 5\n", await node.LogsAsync("log1", "--tail=2"));
        Assert.StartsWith("20", await node.LogsAsync("log1", "--timestamps", "--tail=1"), StringComparison.Ordinal);
        var previous = await Assert.ThrowsAsync<InvalidOperationException>(() => node.LogsAsync("log1", "--previous"));
        Assert.Contains("previous terminated container", previous.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_pod_runs_its_preStop_hook_gets_SIGTERM_and_leaves_nothing_behind()
    {
        var pod = await node.CreateAsync(NodeFixture.Pod("stop1", "trap 'exit 0' TERM; while :; do sleep 0.1; done", c =>
            c.Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { Sleep = new V1SleepAction { Seconds = 1 } } }));
        await node.WaitRunningAsync("stop1");
        var clock = Stopwatch.StartNew();
        await node.Client.CoreV1.DeleteNamespacedPodAsync("stop1", "default");
        await Eventually.Async("pod gone", () => node.Client.CoreV1.ListNamespacedPodAsync("default"), l => l.Items.All(p => p.Metadata.Name != "stop1"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 4);
        Assert.False(Directory.Exists(Path.Combine(node.Data, "pods", pod.Metadata.Uid)));
        Assert.Empty(Directory.GetDirectories(Path.Combine(node.Data, "logs"), "*" + pod.Metadata.Uid));
    }

    [Fact]
    public async Task A_restarted_agent_adopts_running_pods_and_removes_those_deleted_meanwhile()
    {
        await node.CreateAsync(NodeFixture.Pod("adopt1", "exec sleep 1000"));
        await node.CreateAsync(NodeFixture.Pod("adopt2", "exec sleep 1000"));
        var before = await node.WaitRunningAsync("adopt1");
        var doomed = await node.WaitRunningAsync("adopt2");
        await node.StopAgentAsync();
        await node.Client.CoreV1.DeleteNamespacedPodAsync("adopt2", "default", gracePeriodSeconds: 0);
        await node.StartAgentAsync();
        await node.CreateAsync(NodeFixture.Pod("adopt3", "exec sleep 1000"));
        await node.WaitRunningAsync("adopt3");
        var after = await node.Client.CoreV1.ReadNamespacedPodAsync("adopt1", "default");
        Assert.Equal(before.Status.ContainerStatuses[0].ContainerID, after.Status.ContainerStatuses[0].ContainerID);
        Assert.Equal(0, after.Status.ContainerStatuses[0].RestartCount);
        await Eventually.Async("orphan removed", () => Task.FromResult(Directory.Exists(Path.Combine(node.Data, "pods", doomed.Metadata.Uid))), there => !there);
    }

    [Fact]
    public async Task A_pod_waiting_for_an_image_names_it_and_starts_when_it_is_imported()
    {
        await node.CreateAsync(NodeFixture.Pod("image1", "exec sleep 1000", c => c.Image = "localhost/test/late:1"));
        var pod = await node.WaitAsync("image1", "waiting for its image", p => p.Status?.ContainerStatuses?[0].State.Waiting?.Reason is "ErrImagePull" or "ImagePullBackOff");
        Assert.Contains("localhost/test/late:1", pod.Status.ContainerStatuses[0].State.Waiting.Message, StringComparison.Ordinal);
        await node.ImportAsync("localhost/test/late:1");
        await node.WaitAsync("image1", "running", p => p.Status.ContainerStatuses[0].State.Running is not null, 5);

        await node.CreateAsync(NodeFixture.Pod("image2", "exec sleep 1000", c => c.Image = "Not A Name"));
        pod = await node.WaitAsync("image2", "refused", p => p.Status?.ContainerStatuses?[0].State.Waiting?.Reason == "InvalidImageName");
        Assert.Contains("Not A Name", pod.Status.ContainerStatuses[0].State.Waiting.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_is_no_image_is_answered_with_a_reason()
    {
        var file = Path.Combine(node.Images, "broken.tar");
        await File.WriteAllTextAsync(file + ".part", "not a tar");
        File.Move(file + ".part", file);
        await Eventually.Async("marker", () => Task.FromResult(File.Exists(file + ".failed")), there => there);
        Assert.NotEmpty((await File.ReadAllTextAsync(file + ".failed")).Trim());
    }

    [Fact]
    public async Task Init_containers_run_before_and_volumes_carry_their_files()
    {
        await node.Client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "m1" }, Data = new Dictionary<string, string> { ["a.txt"] = "from map\n" } }, "default");
        var pod = NodeFixture.Pod("vol1", "cat /work/made /map/a.txt; id -u; exec sleep 1000", c =>
        {
            c.VolumeMounts = [new V1VolumeMount { Name = "work", MountPath = "/work" }, new V1VolumeMount { Name = "map", MountPath = "/map" }];
            c.SecurityContext = new V1SecurityContext { RunAsUser = 65534, RunAsNonRoot = true, ReadOnlyRootFilesystem = true, AllowPrivilegeEscalation = false, Capabilities = new V1Capabilities { Drop = ["ALL"] } };
        });
        pod.Spec.InitContainers = [NodeFixture.Container("echo made by init > /work/made", c => { c.Name = "i"; c.VolumeMounts = [new V1VolumeMount { Name = "work", MountPath = "/work" }]; })];
        pod.Spec.Volumes = [new V1Volume { Name = "work", EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory" } }, new V1Volume { Name = "map", ConfigMap = new V1ConfigMapVolumeSource { Name = "m1" } }];
        await node.CreateAsync(pod);
        await node.WaitRunningAsync("vol1");
        Assert.Equal("made by init\nfrom map\n65534\n", await Eventually.Async("log", () => node.LogsAsync("vol1"), l => l.EndsWith("65534\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_privileged_pod_is_refused_with_the_reason()
    {
        await node.CreateAsync(NodeFixture.Pod("priv1", "exec sleep 1000", c => c.SecurityContext = new V1SecurityContext { Privileged = true }));
        var pod = await node.WaitAsync("priv1", "refused", p => p.Status?.ContainerStatuses?[0].State.Waiting?.Reason == "CreateContainerConfigError");
        Assert.Contains("privileged", pod.Status.ContainerStatuses[0].State.Waiting.Message, StringComparison.Ordinal);
    }

    // The process sees the machine's process ids; the container's command tells which is whose.
    private async Task KillMainProcessAsync(string pod)
    {
        var id = (await node.Client.CoreV1.ReadNamespacedPodAsync(pod, "default")).Status.ContainerStatuses[0].ContainerID["containerd://".Length..];
        var list = await NetworkNamespace.Machine.RunAsync("ctr", "--address", Path.Combine(node.Data, "containerd", "containerd.sock"), "-n", "k8s.io", "tasks", "ls");
        var pid = list.Split('\n').First(l => l.StartsWith(id, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        await NetworkNamespace.Machine.RunAsync("kill", "-9", pid);
    }
}
