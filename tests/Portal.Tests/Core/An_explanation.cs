using System.Text.Json.Nodes;
using Portal.Core.Observe;
using Portal.Core.Placements;
using Portal.Core.Releases;
using Xunit;

namespace Portal.Tests.Core;

public sealed class An_explanation
{
    [Fact]
    public void Of_an_instance_without_a_node_is_the_schedulers_answer_with_its_fixes()
    {
        var review = JsonNode.Parse("""
            {"pods":[{"name":"hello-web-1","fits":false,"replicas":1,"fitting":0,"reason":"0/2 nodes are available: 2 Insufficient cpu.",
              "advice":"None of the 2 nodes takes the pod: 2 nodes have too little free.","fixes":["Lower the pod's requests (CPU from 2000m to 500m) and it fits on node n1; or add a node, or take pods off one."],
              "verdicts":[{"node":"n1","fits":false,"refusedBy":"NodeResources","reasons":["Insufficient cpu"]}]}]}
            """)!.AsObject();
        var explanation = Of(App(HealthState.Degraded, Instance("hello-web-1", "Pending", "Unschedulable: 0/2 nodes are available: 2 Insufficient cpu.", null)), review);
        var cause = Assert.Single(explanation.Causes);
        Assert.Equal(CauseKind.Placement, cause.Kind);
        Assert.Equal("NodeResources", Assert.Single(cause.Judgements).RefusedBy);
        Assert.Contains("Lower the pod's requests", explanation.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Crashing", "ImagePullBackOff: not found", CauseKind.Image)]
    [InlineData("Crashing", "CreateContainerConfigError: secret \"x\" not found", CauseKind.Start)]
    [InlineData("Crashing", "CrashLoopBackOff: it last ended with exit code 1", CauseKind.Crash)]
    [InlineData("Running", "containers with unready status: [web]", CauseKind.Health)]
    public void Tells_what_sort_of_thing_keeps_an_instance_from_serving(string phase, string message, CauseKind kind)
    {
        var cause = Assert.Single(Of(App(HealthState.Degraded, Instance("hello-web-1", phase, message, "n1")), null).Causes);
        Assert.Equal((kind, message), (cause.Kind, cause.Detail));
        Assert.NotEmpty(cause.Fixes);
    }

    [Fact]
    public void Of_a_used_up_quota_comes_from_the_replica_sets_events()
    {
        var app = App(HealthState.Degraded) with
        {
            Events = [new(DateTimeOffset.UnixEpoch, true, "FailedCreate", "pods \"hello-web-x\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2", "ReplicaSet/hello-web-5d8f", 1)],
        };
        var cause = Assert.Single(Explanations.Of(app, [], false, null).Causes);
        Assert.Equal(CauseKind.Refused, cause.Kind);
        Assert.Contains("quota", cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_healthy_app_names_no_cause() =>
        Assert.Equal(("Everything is as it should be.", 0), Explained(Of(App(HealthState.Healthy, Instance("hello-web-1", "Running", null, "n1", ready: true)), null)));

    [Fact]
    public void Instances_that_fail_alike_are_one_cause()
    {
        var app = App(HealthState.Degraded, Instance("a", "Crashing", "CrashLoopBackOff", "n1"), Instance("b", "Crashing", "CrashLoopBackOff", "n2"));
        Assert.Equal(["a", "b"], Assert.Single(Explanations.Of(app, app.Instances, false, null).Causes).Subjects);
    }

    [Fact]
    public void Of_a_failed_release_says_so_beside_what_made_it_fail()
    {
        var now = DateTimeOffset.UnixEpoch;
        var app = App(HealthState.Degraded, Instance("a", "Crashing", "CrashLoopBackOff", "n1")) with { Rollout = new(4, RolloutState.Failed, "Not live in time: web: 0 of 1 ready", now, now, now) };
        Assert.Equal([CauseKind.Crash, CauseKind.Release], Explanations.Of(app, app.Instances, false, null).Causes.Select(c => c.Kind));
    }

    private static Explanation Of(AppSnapshot app, JsonObject? review) => Explanations.Of(app, app.Instances, false, review);

    private static (string, int) Explained(Explanation explanation) => (explanation.Summary, explanation.Causes.Length);

    private static AppSnapshot App(HealthState health, params InstanceView[] instances)
    {
        var ready = health == HealthState.Healthy ? 2 : 0;
        return new("hello", health, "", [new ProcessView("web", 2, ready, 2)], [.. instances], [], null, DateTimeOffset.UnixEpoch, TimeSpan.Zero);
    }

    private static InstanceView Instance(string name, string phase, string? message, string? node, bool ready = false) => new(name, "web", phase, ready, 0, 1, node, message, null);
}
