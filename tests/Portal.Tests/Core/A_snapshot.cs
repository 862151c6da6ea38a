using k8s.Models;
using Portal.Core.Compile;
using Portal.Core.Observe;
using Portal.Core.Releases;
using Xunit;

namespace Portal.Tests.Core;

public sealed class A_snapshot
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(2, 2, 2, RolloutState.Live, HealthState.Healthy)]
    [InlineData(2, 1, 2, RolloutState.Live, HealthState.Degraded)]
    [InlineData(2, 1, 2, RolloutState.Rolling, HealthState.Progressing)]
    [InlineData(2, 1, 1, RolloutState.Failed, HealthState.Degraded)]
    [InlineData(0, 0, 0, RolloutState.Live, HealthState.Suspended)]
    [InlineData(2, 2, 2, RolloutState.Queued, HealthState.Progressing)]
    public void Tells_health_from_deployments_and_the_rollout(int desired, int ready, int updated, RolloutState state, HealthState expected) =>
        Assert.Equal(expected, Of([Deployment(desired, ready, updated)], [], state).Health);

    [Fact]
    public void Knows_nothing_when_the_watch_is_stale() =>
        Assert.Equal(HealthState.Unknown, Snapshots.Of("hello", [Deployment(1, 1, 1)], [], [], Rollout(RolloutState.Live), false, Now, TimeSpan.FromMinutes(2)).Health);

    [Fact]
    public void Is_missing_when_nothing_exists()
    {
        Assert.Equal(HealthState.Missing, Of([], [], RolloutState.Live).Health);
        Assert.Equal(HealthState.Progressing, Of([], [], RolloutState.Applying).Health);
    }

    [Fact]
    public void A_new_generation_is_not_healthy_before_the_controller_has_seen_it()
    {
        var deployment = Deployment(1, 1, 1);
        deployment.Metadata.Generation = 2;
        Assert.NotEqual(HealthState.Healthy, Of([deployment], [], RolloutState.Rolling).Health);
    }

    [Fact]
    public void Shows_why_an_instance_does_not_run()
    {
        var pod = Pod("hello-web-1", new V1ContainerState { Waiting = new() { Reason = "CrashLoopBackOff", Message = "back-off 10s" } });
        var snapshot = Of([Deployment(1, 0, 1)], [pod], RolloutState.Live);
        Assert.Equal(("Crashing", "CrashLoopBackOff: back-off 10s", 4, 3), (snapshot.Instances[0].Phase, snapshot.Instances[0].Message, snapshot.Instances[0].Restarts, snapshot.Instances[0].Release));
        Assert.Contains("CrashLoopBackOff", snapshot.Reason);
    }

    [Fact]
    public void Shows_its_own_events_and_not_those_of_an_app_with_a_longer_name()
    {
        Corev1Event Event(string kind, string name) => new()
        {
            Metadata = new() { Name = Guid.NewGuid().ToString() },
            InvolvedObject = new() { Kind = kind, Name = name },
            Reason = "Pulled",
            Message = "x",
            Type = "Normal",
            LastTimestamp = Now.UtcDateTime,
        };

        var snapshot = Snapshots.Of(
            "hello", [Deployment(1, 1, 1)], [],
            [Event("Pod", "hello-web-5d8f-x2x4z"), Event("Pod", "hello-web-a-5d8f-x2x4z"), Event("Deployment", "hello-web"), Event("ReplicaSet", "hello-web-5d8f"), Event("Node", "hello-web")],
            Rollout(RolloutState.Live), true, Now, TimeSpan.Zero);
        Assert.Equal(["Deployment/hello-web", "Pod/hello-web-5d8f-x2x4z", "ReplicaSet/hello-web-5d8f"], snapshot.Events.Select(e => e.Object).Order(StringComparer.Ordinal));
    }

    private static AppSnapshot Of(IEnumerable<V1Deployment> deployments, IEnumerable<V1Pod> pods, RolloutState state) =>
        Snapshots.Of("hello", deployments, pods, [], Rollout(state), true, Now, TimeSpan.Zero);

    private static RolloutView Rollout(RolloutState state) => new(1, state, "", Now, Now, Now.AddMinutes(5));

    private static V1Deployment Deployment(int desired, int ready, int updated) => new()
    {
        Metadata = new() { Name = "hello-web", Generation = 1, Labels = Own() },
        Spec = new() { Replicas = desired },
        Status = new() { ObservedGeneration = 1, Replicas = desired, ReadyReplicas = ready, UpdatedReplicas = updated },
    };

    private static V1Pod Pod(string name, V1ContainerState state) => new()
    {
        Metadata = new() { Name = name, Labels = Own() },
        Spec = new() { NodeName = "n1" },
        Status = new() { Phase = "Running", ContainerStatuses = [new() { Name = "web", RestartCount = 4, State = state, Image = "", ImageID = "" }] },
    };

    private static Dictionary<string, string> Own() => new() { [Labels.App] = "hello", [Labels.Process] = "web", [Labels.Release] = "3" };
}
