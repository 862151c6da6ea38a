using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>
/// What a job's pods have come to. A pod's end is counted in two steps: its uid goes into the status among the uncounted ones, then its finalizer goes, and
/// when the cache shows the pod without its finalizer, or gone, the uid turns into a number. Whatever dies in between, no end is lost and none counts twice
/// (https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers).
/// </summary>
internal sealed class JobTally
{
    // What a status may hold of uids at a time.
    private const int MostUncounted = 500;
    private readonly V1Job _job;
    private readonly bool _indexed;
    private readonly int _limit;
    private readonly HashSet<string> _uncountedSucceeded;
    private readonly HashSet<string> _uncountedFailed;
    private readonly Dictionary<int, IndexFailures> _failures = [];

    private JobTally(V1Job job)
    {
        _job = job;
        _indexed = job.Spec.CompletionMode == "Indexed";
        _limit = job.Spec.Completions ?? int.MaxValue;
        _uncountedSucceeded = [.. job.Status?.UncountedTerminatedPods?.Succeeded ?? []];
        _uncountedFailed = [.. job.Status?.UncountedTerminatedPods?.Failed ?? []];
        CountedSucceeded = job.Status?.Succeeded ?? 0;
        CountedFailed = job.Status?.Failed ?? 0;
        SucceededIndexes = _indexed ? IndexSet.Parse(job.Status?.CompletedIndexes, _limit) : IndexSet.Empty;
        FailedIndexes = _indexed ? IndexSet.Parse(job.Status?.FailedIndexes, _limit) : IndexSet.Empty;
    }

    /// <summary>Neither ended nor being deleted.</summary>
    public List<V1Pod> Active { get; } = [];

    /// <summary>Being deleted and not at their end.</summary>
    public List<V1Pod> Terminating { get; } = [];

    public int Ready { get; private set; }

    /// <summary>Pods whose finalizer is still there.</summary>
    public int Tracked { get; private set; }

    /// <summary>What the status says; without the uncounted ones.</summary>
    public int CountedSucceeded { get; private set; }

    public int CountedFailed { get; private set; }

    public IReadOnlyCollection<string> UncountedSucceeded => _uncountedSucceeded;

    public IReadOnlyCollection<string> UncountedFailed => _uncountedFailed;

    public IndexSet SucceededIndexes { get; private set; }

    public IndexSet FailedIndexes { get; private set; }

    /// <summary>Failures known of that are not in the status yet because their pods are kept until they are replaced.</summary>
    public int HeldFailures { get; private set; }

    /// <summary>Pods whose finalizer may go once the status is written.</summary>
    public List<V1Pod> Untrack { get; } = [];

    /// <summary>Why the pod failure policy says that the job has failed, or null.</summary>
    public string? FailureMessage { get; private set; }

    public int Succeeded => _indexed ? SucceededIndexes.Count : CountedSucceeded + _uncountedSucceeded.Count;

    public int Failed => CountedFailed + _uncountedFailed.Count + HeldFailures;

    /// <summary>The failures at an index that has not ended.</summary>
    public IndexFailures FailuresAt(int index) => _failures.GetValueOrDefault(index, IndexFailures.None);

    /// <summary>Whether an index has ended, one way or the other.</summary>
    public bool IsDone(int index) => SucceededIndexes.Contains(index) || FailedIndexes.Contains(index);

    /// <param name="job">The job.</param>
    /// <param name="pods">Pods it controls.</param>
    /// <param name="ending">It will not go on: nothing is kept for replacements.</param>
    public static JobTally Of(V1Job job, IReadOnlyCollection<V1Pod> pods, bool ending)
    {
        var tally = new JobTally(job);
        tally.Settle(pods);
        tally.Sort(pods);
        var judged = tally.Judge(pods);
        tally.CountSuccesses(pods);
        if (job.Spec.BackoffLimitPerIndex is { } limit)
        {
            tally.CountIndexFailures(pods, judged, limit);
        }

        tally.CountFailures(pods, judged, ending);
        return tally;
    }

    // Uids whose pods no longer wait become numbers.
    private void Settle(IEnumerable<V1Pod> pods)
    {
        var waiting = pods.Where(p => p.IsTracked()).Select(p => p.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        Tracked = waiting.Count;
        CountedSucceeded += _uncountedSucceeded.RemoveWhere(uid => !waiting.Contains(uid));
        CountedFailed += _uncountedFailed.RemoveWhere(uid => !waiting.Contains(uid));
    }

    private void Sort(IEnumerable<V1Pod> pods)
    {
        foreach (var pod in pods)
        {
            if (pod.IsActive())
            {
                Active.Add(pod);
                Ready += pod.IsReady() ? 1 : 0;
            }
            else if (pod.IsTerminating())
            {
                Terminating.Add(pod);
            }
        }
    }

    private Dictionary<V1Pod, PodFailureAction> Judge(IEnumerable<V1Pod> pods)
    {
        var judged = new Dictionary<V1Pod, PodFailureAction>(ReferenceEqualityComparer.Instance);
        foreach (var pod in pods.Where(p => p.CountsAsFailed(_job)))
        {
            var (action, message) = PodFailureRules.Judge(_job.Spec.PodFailurePolicy, pod);
            judged[pod] = action;
            if (action == PodFailureAction.FailJob)
            {
                FailureMessage ??= message;
            }
        }

        return judged;
    }

    private void CountSuccesses(IEnumerable<V1Pod> pods)
    {
        var indexes = new List<int>();
        foreach (var pod in pods.Where(p => p.IsTracked() && p.Status?.Phase == "Succeeded"))
        {
            if (_indexed)
            {
                // The index is remembered, so nothing can count twice and no uid has to be.
                if (pod.Index() is { } index && index < _limit)
                {
                    indexes.Add(index);
                }
            }
            else if (!_uncountedSucceeded.Contains(pod.Metadata.Uid) && !TryNote(_uncountedSucceeded, pod))
            {
                continue;
            }

            Untrack.Add(pod);
        }

        SucceededIndexes = SucceededIndexes.With(indexes);
        if (_indexed)
        {
            CountedSucceeded = SucceededIndexes.Count;
        }
    }

    private void CountIndexFailures(IEnumerable<V1Pod> pods, Dictionary<V1Pod, PodFailureAction> judged, int limit)
    {
        foreach (var pod in pods)
        {
            if (pod.Index() is { } index && index < _limit && !IsDone(index))
            {
                _failures[index] = FailuresAt(index).With(pod, judged.TryGetValue(pod, out var failure) ? failure : null);
            }
        }

        FailedIndexes = FailedIndexes.With([.. _failures.Where(f => f.Value.Ends || f.Value.Count > limit).Select(f => f.Key)]);
    }

    private void CountFailures(IReadOnlyCollection<V1Pod> pods, Dictionary<V1Pod, PodFailureAction> judged, bool ending)
    {
        var occupied = Active.Select(p => p.Index()).ToHashSet();
        foreach (var pod in pods.Where(p => p.IsTracked() && judged.ContainsKey(p)))
        {
            // The last failure of an index is remembered by its pod until the next pod carries it on.
            var counts = judged[pod] != PodFailureAction.Ignore && (!_indexed || pod.Index() < _limit);
            if (!ending && pod.Index() is { } index && _failures.TryGetValue(index, out var failures) && ReferenceEquals(failures.Last, pod) && !IsDone(index) && !occupied.Contains(index))
            {
                HeldFailures += counts ? 1 : 0;
                continue;
            }

            if (!counts || _uncountedFailed.Contains(pod.Metadata.Uid) || TryNote(_uncountedFailed, pod))
            {
                Untrack.Add(pod);
            }
        }
    }

    private bool TryNote(HashSet<string> uncounted, V1Pod pod) =>
        _uncountedSucceeded.Count + _uncountedFailed.Count < MostUncounted && uncounted.Add(pod.Metadata.Uid);
}
