using CsCheck;
using k8s.Models;
using Kube.Scheduler;
using Kube.Scheduler.Preemption;
using Kube.Scheduler.Snapshot;
using Xunit;

namespace Kube.Tests.Scheduler;

public sealed class VictimSearchTests
{
    private readonly ClusterSnapshot _cluster = new();
    private readonly Budgets _budgets = new();
    private readonly VictimSearch _search;

    public VictimSearchTests() => _search = new VictimSearch(_cluster, new Placement(_cluster), _budgets);

    [Fact]
    public void The_pods_of_the_lowest_priority_give_way_and_no_more_than_needed()
    {
        AddNodes("a", "b");
        Put("a", Pod("a1", 1, "2"), Pod("a2", 5, "2"));
        Put("b", Pod("b1", 2, "1"), Pod("b2", 2, "1"), Pod("b3", 3, "2"));
        var plan = _search.Find(new PodShape(Pod("p", 10, "1")));
        Assert.Equal("a", plan?.Node);
        Assert.Equal(["uid-a1"], plan!.Victims.Select(v => v.Uid));
    }

    [Fact]
    public void A_node_without_budget_violations_goes_first_even_if_its_victims_are_more_important()
    {
        AddNodes("a", "b");
        Put("a", Pod("a1", 1, "4").With("app", "guarded"));
        Put("b", Pod("b1", 5, "4"));
        Guard("app", "guarded", allowed: 0);
        Assert.Equal("b", _search.Find(new PodShape(Pod("p", 10, "1")))?.Node);

        // When there is no other way a budget does not stop a more important pod.
        _cluster.RemoveNode("b");
        var plan = _search.Find(new PodShape(Pod("p", 10, "1")));
        Assert.Equal(("a", 1), (plan?.Node, plan?.Violations));
    }

    [Fact]
    public void Guarded_pods_are_kept_in_place_of_unguarded_ones()
    {
        AddNodes("a");
        Put("a", Pod("guarded", 1, "2").With("app", "guarded"), Pod("free", 5, "2"));
        Guard("app", "guarded", allowed: 0);
        var plan = _search.Find(new PodShape(Pod("p", 10, "1")));
        Assert.Equal(["uid-free"], plan!.Victims.Select(v => v.Uid));
        Assert.Equal(0, plan.Violations);
    }

    [Fact]
    public void Nobody_gives_way_where_that_would_not_help()
    {
        _cluster.SetNode(NodeFacts.Of(Pods.Node("tainted", taints: new V1Taint { Key = "gpu", Effect = "NoSchedule" })));
        AddNodes("equal", "small");
        Put("tainted", Pod("t", 1, "4"));
        Put("equal", Pod("e", 10, "4"));
        Put("small", Pod("s", 1, "100m"));
        Assert.Null(_search.Find(new PodShape(Pod("p", 10, "5"))));
        Assert.Null(_search.Find(new PodShape(Pod("p", 0, "4"))));
    }

    [Fact]
    public void A_pod_that_keeps_apart_pushes_the_one_it_cannot_live_with_off()
    {
        AddNodes("a");
        Put("a", Pod("web", 1, "100m").With("app", "web"), Pod("db", 1, "100m"));
        var plan = _search.Find(new PodShape(Pods.Of("p", with: s => (s.Priority, s.Affinity) = (10, Pods.Apart("app", "web")))));
        Assert.Equal(["uid-web"], plan!.Victims.Select(v => v.Uid));
    }

    [Fact]
    public void A_search_leaves_the_snapshot_as_it_was_and_goes_below_a_budget_only_without_another_choice()
    {
        // (node, priority, size, guarded) of each pod there, and the size of the one that comes.
        Gen.Select(Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[1, 4], Gen.Bool).Array[1, 16], Gen.Int[1, 4], Gen.Int[0, 2]).Sample(
            (pods, size, allowed) =>
            {
                var cluster = new ClusterSnapshot();
                var placement = new Placement(cluster);
                var budgets = new Budgets();
                budgets.Set("default/guard", Budget("app", "guarded", allowed));
                var free = new int[4];
                for (var n = 0; n < 4; n++)
                {
                    cluster.SetNode(NodeFacts.Of(Pods.Node($"n{n}", "4")));
                    free[n] = 4;
                }

                var there = new List<(int Node, int Priority, int Size, bool Guarded)>();
                foreach (var (node, priority, pod, guarded) in pods.Where(p => p.Item3 <= 4))
                {
                    if (free[node] < pod)
                    {
                        continue;
                    }

                    var made = Pods.Of($"p{there.Count}", $"{pod}", with: s => s.Priority = priority);
                    made = guarded ? made.With("app", "guarded") : made;
                    cluster.PlacePod(made.Metadata.Uid, $"n{node}", new PodShape(made), made);
                    there.Add((node, priority, pod, guarded));
                    free[node] -= pod;
                }

                var coming = new PodShape(Pods.Of("coming", $"{size}", with: s => s.Priority = 3));
                if (placement.Choose(coming) is not null)
                {
                    return;
                }

                var before = (Free: cluster.FreeMilliCpu.ToArray(), Shares: cluster.UsedCpuShare.ToArray(), cluster.Changes);
                var plan = new VictimSearch(cluster, placement, budgets).Find(coming);
                Assert.Equal(before.Free, cluster.FreeMilliCpu);
                Assert.Equal(before.Shares, cluster.UsedCpuShare);
                Assert.Equal(before.Changes, cluster.Changes);
                if (plan is null)
                {
                    // No node would have enough even without all its lesser pods.
                    Assert.All(Enumerable.Range(0, 4), n => Assert.True(free[n] + there.Where(p => p.Node == n && p.Priority < 3).Sum(p => p.Size) < size));
                    return;
                }

                Assert.All(plan.Victims, v => Assert.True(v.Shape.Priority < 3 && v.Node == plan.Node));
                var gained = plan.Victims.Sum(v => v.Shape.Requests.MilliCpu) / 1000;
                Assert.True(free[int.Parse(plan.Node[1..], System.Globalization.CultureInfo.InvariantCulture)] + gained >= size);
                if (plan.Violations > 0)
                {
                    // Then no node could have been made free within the budget: unguarded lesser pods, and as many guarded ones as it allows, are too few.
                    for (var n = 0; n < 4; n++)
                    {
                        var lesser = there.Where(p => p.Node == n && p.Priority < 3).ToArray();
                        var within = lesser.Where(p => !p.Guarded).Sum(p => p.Size);
                        Assert.True(allowed > 0 || free[n] + within < size);
                    }
                }
            },
            iter: 3000);
    }

    private static V1Pod Pod(string name, int priority, string cpu) => Pods.Of(name, cpu, with: s => s.Priority = priority);

    private static V1PodDisruptionBudget Budget(string key, string value, int allowed) => new()
    {
        Metadata = new V1ObjectMeta { Name = "guard", NamespaceProperty = "default" },
        Spec = new V1PodDisruptionBudgetSpec { Selector = Pods.Selector(key, value) },
        Status = new V1PodDisruptionBudgetStatus { DisruptionsAllowed = allowed },
    };

    private void Guard(string key, string value, int allowed) => _budgets.Set("default/guard", Budget(key, value, allowed));

    private void AddNodes(params string[] names)
    {
        foreach (var name in names)
        {
            _cluster.SetNode(NodeFacts.Of(Pods.Node(name)));
        }
    }

    private void Put(string node, params V1Pod[] pods)
    {
        foreach (var pod in pods)
        {
            _cluster.PlacePod(pod.Metadata.Uid, node, new PodShape(pod), pod);
        }
    }
}
