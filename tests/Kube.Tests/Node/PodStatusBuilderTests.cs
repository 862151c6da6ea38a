using k8s.Models;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;
using Kube.Node.Status;
using Xunit;

namespace Kube.Tests.Node;

public sealed class PodStatusBuilderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, ContainerSlot> _slots = new() { ["a"] = new("a"), ["b"] = new("b"), ["i"] = new("i") };

    [Fact]
    public void A_pod_whose_containers_all_run_and_serve_is_Running_and_Ready()
    {
        Serve("a");
        Serve("b");
        var status = Build(Pod(), Ready, Running("a"), Running("b"));
        Assert.Equal("Running", status.Phase);
        Assert.Equal("True", Condition(status, "Ready").Status);
        Assert.Equal("10.0.0.5", status.PodIP);
    }

    [Fact]
    public void A_container_that_does_not_serve_keeps_the_pod_from_being_Ready_and_is_named()
    {
        Serve("a");
        _slots["b"].RunningId = "b-0";
        _slots["b"].Started = true;
        var ready = Condition(Build(Pod(), Ready, Running("a"), Running("b")), "Ready");
        Assert.Equal(("False", "ContainersNotReady", "containers with unready status: [b]"), (ready.Status, ready.Reason, ready.Message));
    }

    [Theory]
    [InlineData("Never", 0, 0, "Succeeded")]
    [InlineData("Never", 0, 1, "Failed")]
    [InlineData("OnFailure", 0, 0, "Succeeded")]
    [InlineData("OnFailure", 0, 1, "Running")]
    [InlineData("Always", 0, 0, "Running")]
    public void The_phase_follows_exit_codes_and_restart_policy(string policy, int first, int second, string phase)
    {
        var pod = Pod();
        pod.Spec.RestartPolicy = policy;
        Assert.Equal(phase, Build(pod, Ready, Exited("a", first), Exited("b", second)).Phase);
    }

    [Fact]
    public void A_container_in_back_off_shows_why_it_waits_and_how_it_ended()
    {
        _slots["a"].WaitingReason = "CrashLoopBackOff";
        Serve("b");
        var a = Build(Pod(), Ready, Exited("a", 3, attempt: 2), Running("b")).ContainerStatuses[0];
        Assert.Equal("CrashLoopBackOff", a.State.Waiting.Reason);
        Assert.Equal((3, "Error", 2), (a.LastState.Terminated.ExitCode, a.LastState.Terminated.Reason, a.RestartCount));
    }

    [Fact]
    public void While_an_init_container_runs_the_others_wait_for_it()
    {
        var pod = Pod();
        pod.Spec.InitContainers = [new V1Container { Name = "i", Image = "x" }];
        _slots["i"].RunningId = "i-0";
        var status = Build(pod, Ready, Running("i"));
        Assert.Equal("Pending", status.Phase);
        Assert.Equal("PodInitializing", status.ContainerStatuses[0].State.Waiting.Reason);
        Assert.Equal("False", Condition(status, "Initialized").Status);
    }

    [Fact]
    public void A_condition_that_did_not_change_keeps_its_time()
    {
        var pod = Pod();
        var before = Now.AddHours(-1).UtcDateTime;
        pod.Status = new V1PodStatus { Conditions = [new V1PodCondition { Type = "Ready", Status = "False", LastTransitionTime = before }] };
        Assert.Equal(before, Condition(Build(pod, Ready), "Ready").LastTransitionTime);
    }

    [Fact]
    public void The_patch_names_what_has_to_go_and_replaces_addresses()
    {
        var patch = PodStatusPatch.Create(Pod(), new V1PodStatus { Phase = "Pending", Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }] });
        Assert.Equal("""{"metadata":{"uid":"u"},"status":{"conditions":[{"status":"True","type":"Ready","reason":null,"message":null}],"phase":"Pending","podIP":null,"reason":null,"message":null,"podIPs":[{"$patch":"replace"}]}}""", patch.ToJsonString());
    }

    private static PodSandboxStatus Ready => new() { Id = "s", Metadata = new PodSandboxMetadata(), State = PodSandboxState.SandboxReady, Network = new PodSandboxNetworkStatus { Ip = "10.0.0.5" } };

    private static V1Pod Pod() => new()
    {
        Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "n", Uid = "u" },
        Spec = new V1PodSpec { Containers = [new V1Container { Name = "a", Image = "x" }, new V1Container { Name = "b", Image = "x" }] },
    };

    private static V1PodCondition Condition(V1PodStatus status, string type) => status.Conditions.Single(c => c.Type == type);

    private static ObservedContainer Running(string name) => Container(name, 0, ContainerState.ContainerRunning, 0);

    private static ObservedContainer Exited(string name, int code, uint attempt = 0) => Container(name, attempt, ContainerState.ContainerExited, code);

    private static ObservedContainer Container(string name, uint attempt, ContainerState state, int code)
    {
        var status = new ContainerStatus { Id = $"{name}-{attempt}", Metadata = new ContainerMetadata { Name = name, Attempt = attempt }, State = state, ExitCode = code, StartedAt = 1_000_000_000, FinishedAt = 2_000_000_000 };
        status.Labels[CriLabels.ContainerName] = name;
        return new ObservedContainer(status, "s");
    }

    private void Serve(string name)
    {
        _slots[name].RunningId = name + "-0";
        _slots[name].Started = _slots[name].Serving = true;
    }

    private V1PodStatus Build(V1Pod pod, PodSandboxStatus sandbox, params ObservedContainer[] containers)
    {
        var byName = containers.GroupBy(c => c.Name).ToDictionary(g => g.Key, g => (IReadOnlyList<ObservedContainer>)[.. g]);
        return PodStatusBuilder.Build(pod, new ObservedPod(sandbox, [], byName), _slots, "192.0.2.1", (_, _) => "", Now);
    }
}
