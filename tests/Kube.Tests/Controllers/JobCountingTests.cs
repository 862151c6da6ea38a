using CsCheck;
using k8s.Models;
using Kube.Controllers.Jobs;
using Xunit;
using static Kube.Tests.Controllers.JobSamples;

namespace Kube.Tests.Controllers;

public sealed class JobCountingTests
{
    [Fact]
    public void An_end_is_noted_then_released_then_counted()
    {
        var job = Job(2, 2);
        var noted = Plan(job, Pod("a", "Succeeded"));
        Assert.Equal("uid-a", (string?)noted.Status.Patch()!["status"]!["uncountedTerminatedPods"]!["succeeded"]![0]);
        Assert.Equal(["a"], NamesOf(noted.Untrack));
        job.Status.UncountedTerminatedPods.Succeeded = ["uid-a"];
        var still = Plan(job, Pod("a", "Succeeded"));
        Assert.Equal(["a"], NamesOf(still.Untrack));
        Assert.Null(still.Status.Patch()!["status"]!["succeeded"]);
        var counted = Plan(job, Pod("a", "Succeeded", tracked: false)).Status.Patch()!["status"]!;
        Assert.Equal(1, (int?)counted["succeeded"]);
        Assert.True(counted["uncountedTerminatedPods"]!.AsObject().ContainsKey("succeeded"));
        Assert.Null(counted["uncountedTerminatedPods"]!["succeeded"]);
    }

    [Theory]
    [InlineData("FailJob", 1, true)]
    [InlineData("Ignore", 0, false)]
    [InlineData("Count", 1, false)]
    public void A_failure_policy_decides_by_exit_code(string action, int failed, bool ends)
    {
        var job = Job(2, 2, with: s => s.PodFailurePolicy = Policy(action, new V1PodFailurePolicyOnExitCodesRequirement { ContainerName = "c", OperatorProperty = "In", Values = [42] }));
        var plan = Plan(job, Pod("a", "Failed", exitCode: 42));
        Assert.Equal(["a"], NamesOf(plan.Untrack));
        Assert.Equal(failed, plan.Status.Patch()?["status"]?["uncountedTerminatedPods"]?["failed"]?.AsArray().Count ?? 0);
        Assert.Equal(ends, plan.Status.Told.Any(c => c.Reason == "PodFailurePolicy"));
        if (ends)
        {
            Assert.Equal("Container c for pod default/a failed with exit code 42 matching FailJob rule at index 0", plan.Status.Told[0].Message);
        }
    }

    [Fact]
    public void A_failure_policy_looks_at_conditions_and_passes_by_what_does_not_match()
    {
        var policy = new V1PodFailurePolicy
        {
            Rules =
            [
                new V1PodFailurePolicyRule { Action = "FailJob", OnExitCodes = new V1PodFailurePolicyOnExitCodesRequirement { OperatorProperty = "NotIn", Values = [1] } },
                new V1PodFailurePolicyRule { Action = "Ignore", OnPodConditions = [new V1PodFailurePolicyOnPodConditionsPattern { Type = "DisruptionTarget" }] },
            ],
        };
        var pod = Pod("a", "Failed", exitCode: 1);
        Assert.Equal(PodFailureAction.Count, PodFailureRules.Judge(policy, pod).Action);
        pod.Status.Conditions = [new V1PodCondition { Type = "DisruptionTarget", Status = "True" }];
        Assert.Equal(PodFailureAction.Ignore, PodFailureRules.Judge(policy, pod).Action);
        Assert.Equal(PodFailureAction.FailJob, PodFailureRules.Judge(policy, Pod("b", "Failed", exitCode: 3)).Action);
    }

    [Fact]
    public void No_end_is_lost_or_counted_twice_whatever_order_caches_and_writes_come_in()
    {
        // What happens: 0 a pod starts, 1 one succeeds, 2 one fails, 3 a reconcile that dies before the finalizers go, 4 one that does not, 5 the cache of pods catches up, 6 that of jobs.
        Gen.Int[0, 6].Array[0, 80].Sample(
            steps =>
            {
                var world = new World();
                foreach (var step in steps)
                {
                    world.Act(step);
                }

                foreach (var step in (int[])[5, 6, 4, 5, 6, 4, 5, 6, 4])
                {
                    world.Act(step);
                }

                Assert.Equal((world.Succeeded, world.Failed), world.Counted);
            },
            iter: 3000);
    }

    private static V1PodFailurePolicy Policy(string action, V1PodFailurePolicyOnExitCodesRequirement codes) => new() { Rules = [new V1PodFailurePolicyRule { Action = action, OnExitCodes = codes }] };

    /// <summary>A job with its pods in a store, and caches that are behind.</summary>
    private sealed class World
    {
        private readonly Dictionary<string, (string Phase, bool Tracked)> _pods = [];
        private List<V1Pod> _cachedPods = [];
        private V1Job _job = Job(1000, 1000, with: s => s.BackoffLimit = 1000);
        private V1Job _cachedJob;

        public World() => _cachedJob = _job;

        public int Succeeded { get; private set; }

        public int Failed { get; private set; }

        public (int Succeeded, int Failed) Counted => (_job.Status.Succeeded ?? 0, _job.Status.Failed ?? 0);

        public void Act(int step)
        {
            switch (step)
            {
                case 0:
                    _pods[$"p{_pods.Count}"] = ("Running", true);
                    break;
                case 1:
                    Succeeded += End("Succeeded");
                    break;
                case 2:
                    Failed += End("Failed");
                    break;
                case 3 or 4:
                    Reconcile(dies: step == 3);
                    break;
                case 5:
                    _cachedPods = [.. _pods.Select(p => Pod(p.Key, p.Value.Phase, tracked: p.Value.Tracked))];
                    break;
                default:
                    _cachedJob = _job;
                    break;
            }
        }

        private int End(string phase)
        {
            var running = _pods.FirstOrDefault(p => p.Value.Phase == "Running").Key;
            if (running is null)
            {
                return 0;
            }

            _pods[running] = (phase, true);
            return 1;
        }

        private void Reconcile(bool dies)
        {
            var plan = JobPlan.Of(_cachedJob, _cachedPods, settled: true, Now);
            if (plan.Status.Patch() is { } patch)
            {
                if ((string?)patch["metadata"]!["resourceVersion"] != _job.Metadata.ResourceVersion)
                {
                    return;
                }

                _job = Written(patch["status"]!.AsObject());
            }

            foreach (var pod in dies ? [] : plan.Untrack)
            {
                _pods[pod.Metadata.Name] = (_pods[pod.Metadata.Name].Phase, false);
            }
        }

        private V1Job Written(System.Text.Json.Nodes.JsonObject patch)
        {
            var next = Job(1000, 1000, with: s => s.BackoffLimit = 1000);
            next.Metadata.ResourceVersion = (int.Parse(_job.Metadata.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            next.Status.Succeeded = (int?)patch["succeeded"] ?? _job.Status.Succeeded;
            next.Status.Failed = (int?)patch["failed"] ?? _job.Status.Failed;
            next.Status.Active = (int?)patch["active"] ?? _job.Status.Active;
            var (old, changed) = (_job.Status.UncountedTerminatedPods, patch["uncountedTerminatedPods"]?.AsObject());
            next.Status.UncountedTerminatedPods.Succeeded = changed?.ContainsKey("succeeded") == true ? Uids(changed["succeeded"]) : old.Succeeded;
            next.Status.UncountedTerminatedPods.Failed = changed?.ContainsKey("failed") == true ? Uids(changed["failed"]) : old.Failed;
            return next;
        }

        private static List<string> Uids(System.Text.Json.Nodes.JsonNode? list) => [.. list?.AsArray().Select(u => (string)u!) ?? []];
    }
}
