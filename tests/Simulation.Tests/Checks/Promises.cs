using k8s.Models;
using Kube.ApiServer.Storage;
using Simulation.Tests.Engine;

namespace Simulation.Tests.Checks;

/// <summary>Looks at every change that becomes durable and tells when it breaks a promise.</summary>
internal sealed class Promises
{
    /// <summary>So old may be what somebody acts on: a watch whose connection has died is noticed in ten seconds, and a new list takes a moment.</summary>
    private static readonly TimeSpan Hearsay = TimeSpan.FromSeconds(15);

    private readonly SimulatedTime _time;
    private readonly Findings _findings;
    private readonly Dictionary<string, History<int>> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _losses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _succeeded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _done = new(StringComparer.Ordinal);
    private readonly PlacementPromises _placement;

    public Promises(SimulatedTime time, Findings findings)
    {
        (_time, _findings) = (time, findings);
        _placement = new PlacementPromises(Truth, findings);
    }

    public Truth Truth { get; } = new();

    /// <summary>Pods that a person has deleted: their loss is nobody's fault.</summary>
    public HashSet<string> DeletedByPeople { get; } = new(StringComparer.Ordinal);

    public void Take(StoreEvent change)
    {
        var (old, now) = Truth.Take(change);
        switch (now ?? old)
        {
            case V1Pod:
                Pod((V1Pod?)old, (V1Pod?)now);
                break;
            case V1ReplicaSet set when now is not null:
                Want(set.Metadata.Uid, set.Spec.Replicas ?? 1);
                Surge((V1ReplicaSet?)old, set);
                break;
            case V1Deployment deployment when now is not null:
                Want(deployment.Metadata.Uid, deployment.Spec.Replicas ?? 1);
                break;
            case V1Job job when now is not null:
                Want(job.Metadata.Uid, job.Spec.Suspend == true ? 0 : job.Spec.Parallelism ?? 1);
                Job(job);
                break;
        }
    }

    private void Want(string uid, int replicas)
    {
        if (!_wanted.TryGetValue(uid, out var history))
        {
            _wanted[uid] = history = new History<int>();
        }

        history.Set(_time.Elapsed, replicas);
    }

    private void Pod(V1Pod? old, V1Pod? now)
    {
        if (now is { Spec.NodeName.Length: > 0 } bound && string.IsNullOrEmpty(old?.Spec.NodeName))
        {
            _placement.Bound(bound);
        }

        if (now?.Status?.Phase == "Succeeded" && now.Controller() is { Kind: "Job" } job)
        {
            Set(_succeeded, job.Uid).Add(now.Metadata.Uid);
            // A pod that was asked to go counts as failed from then on; that it ends well all the same comes too late (podReplacementPolicy TerminatingOrFailed).
            if (!now.IsGoing())
            {
                Set(_done, job.Uid).Add(now.Metadata.Uid);
            }
        }

        if (old is null && now is not null)
        {
            Created(now);
        }

        var wasReady = old is not null && old.SaysReady() && !old.IsGoing();
        var isReady = now is not null && now.SaysReady() && !now.IsGoing();
        if (wasReady && !isReady)
        {
            Lost(old!, now);
        }
    }

    private void Created(V1Pod pod)
    {
        if (pod.Controller() is not { } owner)
        {
            return;
        }

        var siblings = Truth.Pods.Values.Where(p => p.Controller()?.Uid == owner.Uid && p.IsWanted()).ToArray();
        var most = _wanted.TryGetValue(owner.Uid, out var history) ? history.MaxSince(_time.Elapsed - Hearsay) : 0;
        switch (owner.Kind)
        {
            case "ReplicaSet" when siblings.Length > most:
                _findings.Add("replicas", $"{owner.Name} gets {pod.Metadata.Name} as number {siblings.Length} of {most}");
                break;
            case "Job":
                if (siblings.Length > most)
                {
                    _findings.Add("job parallelism", $"{owner.Name} gets {pod.Metadata.Name} as number {siblings.Length} of {most} at once");
                }

                var done = Set(_done, owner.Uid).Count;
                var whole = Truth.Jobs.Values.FirstOrDefault(j => j.Metadata.Uid == owner.Uid)?.Spec.Completions;
                if (whole is { } completions && done + siblings.Length > completions)
                {
                    _findings.Add("job completions", $"{owner.Name} gets {pod.Metadata.Name}: {done} have succeeded and {siblings.Length} run, of {completions}");
                }

                var index = pod.Metadata.Annotations is { } a && a.TryGetValue("batch.kubernetes.io/job-completion-index", out var i) ? i : null;
                if (index is not null && siblings.Count(p => p.Metadata.Annotations?["batch.kubernetes.io/job-completion-index"] == index) > 1)
                {
                    _findings.Add("job index", $"{owner.Name} runs index {index} twice");
                }

                break;
        }
    }

    private void Job(V1Job job)
    {
        var counted = job.Status?.Succeeded ?? 0;
        if (job.Spec.Completions is { } completions && counted > completions)
        {
            _findings.Add("job completions", $"{job.Metadata.Name} counts {counted} of {completions}");
        }

        var done = Set(_succeeded, job.Metadata.Uid).Count;
        if (counted > done)
        {
            _findings.Add("job counting", $"{job.Metadata.Name} counts {counted}, and {done} have succeeded");
        }
    }

    private void Surge(V1ReplicaSet? old, V1ReplicaSet set)
    {
        if ((set.Spec.Replicas ?? 1) <= (old?.Spec.Replicas ?? 0) || set.Controller() is not { } owner)
        {
            return;
        }

        if (Truth.Deployments.Values.FirstOrDefault(d => d.Metadata.Uid == owner.Uid) is not { } deployment || deployment.Spec.Strategy?.Type == "Recreate")
        {
            return;
        }

        var total = Truth.ReplicaSets.Values.Where(r => r.Controller()?.Uid == owner.Uid).Sum(r => r.Spec.Replicas ?? 1);
        var most = _wanted[owner.Uid].MaxSince(_time.Elapsed - Hearsay);
        var surge = deployment.Spec.Strategy?.RollingUpdate?.MaxSurge.Of(most, up: true) ?? 0;
        if (total > most + surge)
        {
            _findings.Add("maxSurge", $"{deployment.Metadata.Name} wants {total} pods of {most} + {surge} after {set.Metadata.Name} grew from {old?.Spec.Replicas ?? 0} to {set.Spec.Replicas}");
        }
    }

    // A ready pod is ready no more, for whatever reason.
    private void Lost(V1Pod pod, V1Pod? now)
    {
        var evicted = now?.Status?.Conditions?.Any(c => c is { Type: "DisruptionTarget", Reason: "EvictionByEvictionAPI" }) == true && now.IsGoing();
        var budgets = Truth.Budgets.Values.Where(b => b.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty && pod.Carries(b.Spec.Selector)).ToArray();
        foreach (var budget in budgets)
        {
            if (evicted)
            {
                Evicted(budget, pod);
            }
            else
            {
                _losses[budget.Metadata.Uid] = _time.Elapsed;
            }
        }

        if (pod.Controller() is not { Kind: "ReplicaSet" } owner
            || Truth.ReplicaSets.Values.FirstOrDefault(r => r.Metadata.Uid == owner.Uid) is not { } set
            || Truth.Deployments.Values.FirstOrDefault(d => set.IsOf(d)) is not { } deployment)
        {
            return;
        }

        var byUs = now is not null && now.IsGoing() && !DeletedByPeople.Contains(pod.Metadata.Uid) && now.Status?.Conditions?.Any(c => c.Type == "DisruptionTarget") != true;
        if (!byUs)
        {
            _losses[deployment.Metadata.Uid] = _time.Elapsed;
            return;
        }

        if (Recently(deployment.Metadata.Uid) || deployment.Spec.Strategy?.Type == "Recreate" || deployment.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        var sets = Truth.ReplicaSets.Values.Where(r => r.IsOf(deployment)).Select(r => r.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        var left = Truth.Pods.Values.Count(p => p.Controller() is { } o && sets.Contains(o.Uid) && p.IsWanted() && p.SaysReady());
        var least = _wanted[deployment.Metadata.Uid].MinSince(_time.Elapsed - Hearsay);
        var rolling = deployment.Spec.Strategy?.RollingUpdate;
        var (surge, unavailable) = (rolling?.MaxSurge.Of(least, up: true) ?? 0, rolling?.MaxUnavailable.Of(least, up: false) ?? 0);
        if (left < least - (surge == 0 && unavailable == 0 ? 1 : unavailable))
        {
            _findings.Add("maxUnavailable", $"{deployment.Metadata.Name} keeps {left} ready pods of {least} - {unavailable} after {pod.Metadata.Name} was told to go");
        }
    }

    private void Evicted(V1PodDisruptionBudget budget, V1Pod pod)
    {
        if (Recently(budget.Metadata.Uid))
        {
            return;
        }

        var expected = budget.Status?.ExpectedPods ?? 0;
        var least = budget.Spec.MinAvailable is { } min ? min.Of(expected, up: true) : expected - budget.Spec.MaxUnavailable.Of(expected, up: true);
        var left = Truth.Pods.Values.Count(p => p.Metadata.NamespaceProperty == budget.Metadata.NamespaceProperty && p.Carries(budget.Spec.Selector) && p.IsWanted() && p.SaysReady());
        if (left < least)
        {
            _findings.Add("disruption budget", $"{budget.Metadata.Name} has {left} healthy pods of at least {least} after {pod.Metadata.Name} was evicted");
        }
    }

    private bool Recently(string uid) => _losses.TryGetValue(uid, out var at) && _time.Elapsed - at < Hearsay;

    private static HashSet<string> Set(Dictionary<string, HashSet<string>> sets, string key) =>
        sets.TryGetValue(key, out var set) ? set : sets[key] = new HashSet<string>(StringComparer.Ordinal);
}
