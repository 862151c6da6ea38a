using CsCheck;
using Kube.Controllers.Deployments;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class RollingPlanTests
{
    [Fact]
    public void A_rolling_update_keeps_its_bounds_whatever_order_pods_become_ready_in_and_ends()
    {
        var gen =
            from desired in Gen.Int[1, 12]
            from surge in Gen.Int[0, 5]
            from unavailable in Gen.Int[0, 5]
            from old in Gen.Int[1, 3]
            from steps in Gen.Int[0, 3].Array[0, 60]
            select (desired, surge, unavailable: Math.Min(surge == 0 ? Math.Max(unavailable, 1) : unavailable, desired), old, steps);
        gen.Sample(
            c =>
            {
                var bounds = new RollingBounds(c.desired, c.surge, c.unavailable);
                var world = new World(c.desired, c.old);
                foreach (var step in c.steps)
                {
                    world.Act(step, bounds);
                    world.Check(bounds);
                }

                // Left alone, with every new pod becoming ready, it ends.
                for (var i = 0; i < 200 && !world.IsFinished(bounds); i++)
                {
                    foreach (var step in (int[])[0, 1, 2, 3])
                    {
                        world.Act(step, bounds);
                        world.Check(bounds);
                    }
                }

                Assert.True(world.IsFinished(bounds), world.ToString());
            },
            iter: 5000);
    }

    [Fact]
    public void A_template_that_never_gets_ready_takes_no_more_than_max_unavailable()
    {
        var bounds = new RollingBounds(4, 1, 1);
        var current = new ReplicaSetState("new", 0, 0, 0, 0);
        var old = new ReplicaSetState("old", 4, 4, 4, 4);
        for (var i = 0; i < 10; i++)
        {
            var sizes = RollingPlan.Roll(bounds, current, [old]);
            current = current with { Replicas = sizes.GetValueOrDefault("new", current.Replicas), Actual = sizes.GetValueOrDefault("new", current.Replicas) };
            var left = sizes.GetValueOrDefault("old", old.Replicas);
            old = new ReplicaSetState("old", left, left, left, left);
        }

        Assert.Equal((3, 2), (old.Replicas, current.Replicas));
    }

    [Fact]
    public void Broken_pods_of_old_templates_go_first()
    {
        var sizes = RollingPlan.Roll(
            new RollingBounds(3, 1, 0), new ReplicaSetState("new", 1, 1, 1, 1), [new ReplicaSetState("broken", 1, 1, 0, 0), new ReplicaSetState("good", 2, 2, 2, 2)]);
        Assert.Equal(new Dictionary<string, int> { ["broken"] = 0 }, sizes);
    }

    [Fact]
    public void Resizing_in_the_middle_of_a_rollout_shares_in_proportion()
    {
        var current = new ReplicaSetState("new", 5, 5, 5, 5, 10, 13);
        var old = new ReplicaSetState("old", 8, 8, 8, 8, 10, 13);
        var sizes = RollingPlan.Resize(new RollingBounds(20, 6, 2), current, [old], rolling: true);
        Assert.Equal(26, sizes.Values.Sum());
        Assert.Equal((16, 10), (sizes["old"], sizes["new"]));
    }

    [Fact]
    public void Resizing_never_passes_the_most_pods_and_never_grows_what_should_shrink()
    {
        var gen = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 5], Gen.Int[0, 12], Gen.Int[0, 12], Gen.Int[0, 12], Gen.Int[1, 20]);
        gen.Sample((desired, surge, a, b, c, noted) =>
        {
            ReplicaSetState Set(string name, int size) => new(name, size, size, size, size, noted, noted + surge);
            var sets = new[] { Set("a", a), Set("b", b), Set("c", c) };
            var bounds = new RollingBounds(desired, surge, 1);
            var sizes = RollingPlan.Resize(bounds, sets[2], sets[..2], rolling: true);
            var before = sets.Sum(s => s.Replicas);
            var after = sets.Sum(s => sizes.GetValueOrDefault(s.Name, s.Replicas));
            Assert.All(sizes.Values, size => Assert.True(size >= 0));
            Assert.True(after <= Math.Max(before, bounds.MaxTotal));
        });
    }

    [Theory]
    [InlineData("25%", "25%", 10, 3, 2)]
    [InlineData("0", "0", 10, 0, 1)]
    [InlineData("1", "0", 3, 1, 0)]
    [InlineData("100%", "100%", 4, 4, 4)]
    public void Shares_round_surge_up_and_unavailable_down(string surge, string unavailable, int replicas, int expectedSurge, int expectedUnavailable)
    {
        var bounds = RollingBounds.Of(new k8s.Models.V1Deployment
        {
            Spec = new k8s.Models.V1DeploymentSpec
            {
                Replicas = replicas,
                Strategy = new k8s.Models.V1DeploymentStrategy { RollingUpdate = new k8s.Models.V1RollingUpdateDeployment { MaxSurge = surge, MaxUnavailable = unavailable } },
            },
        });
        Assert.Equal((expectedSurge, expectedUnavailable), (bounds.MaxSurge, bounds.MaxUnavailable));
    }

    /// <summary>Replica sets, their true pods and the status the deployment sees, which may be late.</summary>
    private sealed class World
    {
        private readonly List<(string Name, int Size, int Pods, int Available)> _sets = [];
        private readonly Dictionary<string, (int Actual, int Available)> _status = [];

        public World(int desired, int old)
        {
            // The pods of former templates are all available; the first set holds what does not divide.
            for (var i = 0; i < old; i++)
            {
                var size = (desired / old) + (i == 0 ? desired % old : 0);
                _sets.Add(($"old{i}", size, size, size));
            }

            _sets.Add(("new", 0, 0, 0));
            Report();
        }

        public void Act(int step, RollingBounds bounds)
        {
            switch (step)
            {
                case 0:
                    var states = _sets.Select(s => new ReplicaSetState(s.Name, s.Size, _status[s.Name].Actual, _status[s.Name].Available, _status[s.Name].Available)).ToArray();
                    foreach (var (name, size) in RollingPlan.Roll(bounds, states[^1], states[..^1]))
                    {
                        Change(name, s => s with { Size = size });
                    }

                    break;
                case 1:
                    // Replica sets carry their sizes out; pods that are not available go first.
                    foreach (var set in _sets.ToArray())
                    {
                        Change(set.Name, s => s with { Pods = s.Size, Available = Math.Min(s.Available, s.Size) });
                    }

                    break;
                case 2:
                    Change("new", s => s with { Available = Math.Min(s.Available + 1, s.Pods) });
                    break;
                default:
                    Report();
                    break;
            }
        }

        public void Check(RollingBounds bounds)
        {
            Assert.True(_sets.Sum(s => s.Available) >= bounds.MinAvailable, $"too few available: {this}");
            Assert.True(_sets.Sum(s => s.Pods) <= Math.Max(bounds.MaxTotal, bounds.Desired), $"too many pods: {this}");
        }

        public bool IsFinished(RollingBounds bounds) => _sets.All(s => s.Name == "new" ? s.Available == bounds.Desired && s.Pods == bounds.Desired : s.Pods == 0);

        public override string ToString() => string.Join("; ", _sets);

        private void Report()
        {
            foreach (var set in _sets)
            {
                _status[set.Name] = (set.Pods, set.Available);
            }
        }

        private void Change(string name, Func<(string Name, int Size, int Pods, int Available), (string, int, int, int)> change)
        {
            var i = _sets.FindIndex(s => s.Name == name);
            _sets[i] = change(_sets[i]);
        }
    }
}
