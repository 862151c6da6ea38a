using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Machinery.Placement;
using Kube.Scheduler;
using Kube.Scheduler.Reviews;
using Xunit;

namespace Kube.Tests.Scheduler;

public sealed class PlacementReviewerTests
{
    [Fact]
    public void Pods_of_one_set_spread_and_the_answer_names_their_nodes()
    {
        var answer = Ask([Pods.Node("n1", "2"), Pods.Node("n2", "2"), Pods.Node("n3", "2")], [], Set("web", "1", 3));
        var set = Assert.Single(answer.Pods!);
        Assert.True(answer.Fits);
        Assert.Equal(["n1", "n2", "n3"], set.Nodes!.Order());
        Assert.StartsWith("3 of 3 fit: ", set.Summary, StringComparison.Ordinal);
        Assert.All(set.Verdicts!, v => Assert.True(v.Fits));
    }

    [Fact]
    public void What_does_not_fit_is_counted_and_comes_with_the_filter_and_the_cheapest_fix()
    {
        var answer = Ask([Pods.Node("n1", "1"), Pods.Node("n2", "1")], [], Set("web", "600m", 3));
        var set = Assert.Single(answer.Pods!);
        Assert.Equal((2, 3, false, false), (set.Fitting, set.Replicas, set.Fits, answer.Fits));
        Assert.Equal("0/2 nodes are available: 2 Insufficient cpu.", set.Reason);
        Assert.All(set.Verdicts!, v => Assert.Equal(("NodeResources", "Insufficient cpu"), (v.RefusedBy, v.Reasons![0])));
        Assert.Contains("Lower the pod's requests (CPU from 600m to 400m)", set.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replacement_needs_room_for_one_more_unless_an_old_pod_may_go_first()
    {
        V1Node[] nodes = [Pods.Node("n1", "1")];
        V1Pod[] old = [On("n1", "old-1", "500m", "rs"), On("n1", "old-2", "500m", "rs")];
        var owners = new HashSet<string> { "rs" };
        Assert.Equal(0, Ask(nodes, old, Set("web", "500m", 2) with { Owners = owners, Replaces = true }).Pods![0].Fitting);
        Assert.Equal(2, Ask(nodes, old, Set("web", "500m", 2) with { Owners = owners, Replaces = true, MaxUnavailable = 1 }).Pods![0].Fitting);
    }

    [Fact]
    public void Scaling_places_only_the_further_pods()
    {
        var answer = Ask([Pods.Node("n1", "2"), Pods.Node("n2", "1")], [On("n1", "a", "500m", "rs")], Set("web", "500m", 3) with { Owners = new HashSet<string> { "rs" } });
        Assert.Equal((3, true), (answer.Pods![0].Fitting, answer.Fits));
        Assert.Equal("n1", answer.Pods[0].Nodes![0]);
    }

    [Fact]
    public void A_scaled_workloads_waiting_pods_are_not_placed_twice()
    {
        var state = State([], [Pods.Of("w-1", "1", owner: "rs"), Pods.Of("w-2", "1", owner: "rs")]);
        var answer = Review(state, new PlacementInquiry([Set("web", "1", 4) with { Owners = new HashSet<string> { "rs" } }]) { AddedNodes = [Pods.Node("new", "4")], Pending = true });
        Assert.Equal((4, true), (answer.Pods![0].Fitting, answer.Fits));
        Assert.Empty(answer.Pending!);
    }

    [Fact]
    public void A_lost_nodes_pods_move_but_for_those_that_nothing_recreates_and_the_nodes_own()
    {
        V1Pod[] pods = [On("n1", "a", "500m", "rs"), On("n1", "alone", "100m"), DaemonOn("n1")];
        var answer = Review([Pods.Node("n1", "1"), Pods.Node("n2", "1")], pods, new PlacementInquiry([]) { RemovedNodes = ["n1"] });
        Assert.Equal([("a", "n2"), ("alone", null)], answer.Moved!.OrderBy(m => m.Pod, StringComparer.Ordinal).Select(m => (m.Pod, m.To)));
        Assert.False(answer.Fits);
        Assert.Contains("no controller recreates it", answer.Moved!.Single(m => m.To is null).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_node_is_lost_in_turn_and_is_back_before_the_next()
    {
        V1Node[] nodes = [Pods.Node("n1", "1"), Pods.Node("n2", "1"), Pods.Node("n3", "1")];
        V1Pod[] pods = [On("n1", "a", "600m", "rs-a"), On("n2", "b", "600m", "rs-b"), On("n3", "c", "200m", "rs-c")];
        var answer = Review(nodes, pods, new PlacementInquiry([]) { EachNode = true });
        // n1's pod does not fit beside n2's, and 600m do not fit into the 800m beside c once the other is there: but each loss is asked for by itself.
        Assert.True(answer.Fits);
        Assert.All(answer.Losses!, l => Assert.Equal((1, true), (l.Pods, l.Fits)));
        Assert.Equal(["default/ReplicaSet/rs-a"], answer.Losses!.Single(l => l.Node == "n1").Down!);
        var tight = Review(nodes, [.. pods, On("n3", "d", "300m", "rs-d")], new PlacementInquiry([]) { EachNode = true });
        Assert.Equal(["n1", "n2"], tight.Losses!.Where(l => !l.Fits).Select(l => l.Node).Order());
        Assert.Contains("The loss of n1, n2 would leave pods without a place", tight.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_waiting_pod_is_explained_with_the_schedulers_own_decision_and_would_get_a_node_that_is_added()
    {
        var waiting = Pods.Of("waiting", "3");
        var state = State([Pods.Node("n1", "1")], [waiting]);
        var queued = state.Queue.Next()!;
        state.Queue.Park(queued, Kube.Scheduler.Filters.Filter.NodeResources, "0/1 nodes are available: 1 Insufficient cpu.", DateTimeOffset.UnixEpoch);
        var explained = Review(state, new PlacementInquiry([new PodsToPlace("waiting", waiting, 1) { Exists = true }]) { NodeLimit = 10 }).Pods![0];
        Assert.False(explained.Fits);
        Assert.Equal(("0/1 nodes are available: 1 Insufficient cpu.", 1), (explained.Decision!.Message, explained.Decision.Alike));
        Assert.Contains("None of the 1 node takes the pod", explained.Summary, StringComparison.Ordinal);
        var added = Review(state, new PlacementInquiry([]) { AddedNodes = [Pods.Node("new", "4")], Pending = true });
        Assert.Equal(("waiting", "new"), (added.Pending![0].Pod, added.Pending[0].To));
    }

    [Fact]
    public void A_review_of_one_namespace_tells_of_no_other_and_shows_no_scores()
    {
        var foreign = On("n1", "foreign", "100m", "rs-f");
        foreign.Metadata.NamespaceProperty = "other";
        var answer = Review(
            [Pods.Node("n1", "1"), Pods.Node("n2", "1")],
            [foreign, On("n1", "own", "100m", "rs-o")],
            new PlacementInquiry([Set("web", "100m", 1)]) { Namespace = "default", RemovedNodes = ["n1"], EachNode = true, NodeLimit = 10 });
        Assert.Equal(["own"], answer.Moved!.Select(m => m.Pod));
        Assert.All(answer.Losses!, l => Assert.DoesNotContain("other", string.Join(' ', [.. l.Down ?? [], .. (l.Unplaced ?? []).Select(u => u.Namespace)]), StringComparison.Ordinal));
        Assert.All(answer.Pods![0].Verdicts!, v => Assert.Null(v.Score));
    }

    [Fact]
    public void A_review_leaves_the_schedulers_own_state_as_it_was()
    {
        var state = State([Pods.Node("n1", "1"), Pods.Node("n2", "1")], [On("n1", "a", "600m", "rs")]);
        var before = state.Snapshot.FreeMilliCpu.ToArray();
        Review(state, new PlacementInquiry([Set("web", "300m", 2)]) { RemovedNodes = ["n1"], EachNode = true });
        Assert.Equal(before, state.Snapshot.FreeMilliCpu);
        Assert.Equal(2, state.Snapshot.NodeCount);
    }

    private static PodsToPlace Set(string name, string cpu, int replicas) => new(name, Pods.Of(name, cpu), replicas);

    private static V1Pod On(string node, string name, string cpu, string? owner = null) => Pods.Of(name, cpu, owner: owner, with: s => s.NodeName = node);

    private static V1Pod DaemonOn(string node)
    {
        var pod = On(node, "daemon", "100m", "ds");
        pod.Metadata.OwnerReferences[0].Kind = "DaemonSet";
        return pod;
    }

    private static PlacementReviewStatus Ask(V1Node[] nodes, V1Pod[] pods, params PodsToPlace[] sets) => Review(nodes, pods, new PlacementInquiry(sets) { NodeLimit = 10 });

    private static PlacementReviewStatus Review(V1Node[] nodes, V1Pod[] pods, PlacementInquiry inquiry) => Review(State(nodes, pods), inquiry);

    private static PlacementReviewStatus Review(SchedulerState state, PlacementInquiry inquiry) => new PlacementReviewer(new ReviewedCluster(ClusterCapture.Of(state)), inquiry).Answer();

    private static SchedulerState State(V1Node[] nodes, V1Pod[] pods)
    {
        var state = new SchedulerState();
        var events = new ClusterEvents(state, "default-scheduler");
        Array.ForEach(nodes, n => events.Take(new InformerEvent<V1Node>(InformerEventKind.Added, n, null)));
        Array.ForEach(pods, p => events.Take(new InformerEvent<V1Pod>(InformerEventKind.Added, p, null)));
        return state;
    }
}
