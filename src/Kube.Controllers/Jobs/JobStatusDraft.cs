using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>What a job's status should say: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/#JobStatus.</summary>
internal sealed class JobStatusDraft
{
    private readonly V1Job _job;
    private readonly JobTally _tally;
    private readonly List<V1JobCondition> _conditions;
    private readonly DateTimeOffset _now;
    private DateTime? _start;
    private DateTime? _completion;
    private bool _conditionsChanged;

    private JobStatusDraft(V1Job job, JobTally tally, DateTimeOffset now)
    {
        _job = job;
        _tally = tally;
        _now = now;
        _conditions = [.. job.Status?.Conditions ?? []];
        _start = job.Status?.StartTime;
        _completion = job.Status?.CompletionTime;
    }

    /// <summary>Conditions that have become True, or Suspended that no longer is.</summary>
    public List<V1JobCondition> Told { get; } = [];

    public static JobStatusDraft Of(V1Job job, JobTally tally, JobVerdict? verdict, DateTimeOffset now)
    {
        var draft = new JobStatusDraft(job, tally, now);
        if (verdict is null)
        {
            draft.Begin();
        }
        else
        {
            draft.End(verdict);
        }

        return draft;
    }

    /// <summary>A merge patch bound to the version it was made from; null when the status says all this already.</summary>
    public JsonObject? Patch()
    {
        var old = _job.Status;
        var status = new JsonObject();
        Set("active", old?.Active, _tally.Active.Count);
        Set("ready", old?.Ready, _tally.Ready, always: true);
        Set("terminating", old?.Terminating, _tally.Terminating.Count, always: true);
        Set("succeeded", old?.Succeeded, _tally.CountedSucceeded);
        Set("failed", old?.Failed, _tally.CountedFailed);
        if (_job.Spec.CompletionMode == "Indexed")
        {
            SetText("completedIndexes", old?.CompletedIndexes, _tally.SucceededIndexes.ToString());
        }

        if (_job.Spec.BackoffLimitPerIndex is not null)
        {
            SetText("failedIndexes", old?.FailedIndexes, _tally.FailedIndexes.ToString());
        }

        var uncounted = new JsonObject();
        SetUids(uncounted, "succeeded", old?.UncountedTerminatedPods?.Succeeded, _tally.UncountedSucceeded);
        SetUids(uncounted, "failed", old?.UncountedTerminatedPods?.Failed, _tally.UncountedFailed);
        if (uncounted.Count > 0 || old?.UncountedTerminatedPods is null)
        {
            status["uncountedTerminatedPods"] = uncounted;
        }

        if (_start != old?.StartTime)
        {
            status["startTime"] = Timestamps.Text(_start);
        }

        if (_completion != old?.CompletionTime)
        {
            status["completionTime"] = Timestamps.Text(_completion);
        }

        if (_conditionsChanged)
        {
            status["conditions"] = new JsonArray([.. _conditions.Select(c => JsonNode.Parse(KubernetesJson.Serialize(c)))]);
        }

        return status.Count == 0
            ? null
            : new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = _job.Metadata.ResourceVersion }, ["status"] = status };

        void Set(string name, int? had, int value, bool always = false)
        {
            if (always ? had != value : (had ?? 0) != value)
            {
                status[name] = value;
            }
        }

        void SetText(string name, string? had, string value)
        {
            if ((had ?? "") != value)
            {
                status[name] = value;
            }
        }
    }

    private static void SetUids(JsonObject uncounted, string name, IList<string>? had, IReadOnlyCollection<string> value)
    {
        if (!(had ?? []).ToHashSet(StringComparer.Ordinal).SetEquals(value))
        {
            uncounted[name] = value.Count == 0 ? null : new JsonArray([.. value.Order(StringComparer.Ordinal).Select(uid => (JsonNode)uid)]);
        }
    }

    private void Begin()
    {
        if (_job.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        if (_job.Spec.Suspend == true)
        {
            Turn(JobConditions.Suspended, true, "JobSuspended", "Job suspended");
        }
        else if (_job.Holding(JobConditions.Suspended) is not null)
        {
            Turn(JobConditions.Suspended, false, "JobResumed", "Job resumed");
            _start = _now.UtcDateTime;
        }
        else
        {
            _start ??= _now.UtcDateTime;
        }
    }

    // The last word waits for the last pod.
    private void End(JobVerdict verdict)
    {
        Turn(verdict.Failed ? JobConditions.FailureTarget : JobConditions.SuccessCriteriaMet, true, verdict.Reason, verdict.Message);
        if (_tally.Active.Count > 0 || _tally.Terminating.Count > 0 || _tally.Tracked > 0 || _tally.UncountedSucceeded.Count > 0 || _tally.UncountedFailed.Count > 0)
        {
            return;
        }

        Turn(verdict.Failed ? JobConditions.Failed : JobConditions.Complete, true, verdict.Reason, verdict.Message);
        if (!verdict.Failed)
        {
            _completion ??= _now.UtcDateTime;
        }
    }

    private void Turn(string type, bool on, string reason, string message)
    {
        var status = on ? "True" : "False";
        var at = _conditions.FindIndex(c => c.Type == type);
        if (at >= 0 && _conditions[at].Status == status)
        {
            return;
        }

        var condition = new V1JobCondition { Type = type, Status = status, Reason = reason, Message = message, LastProbeTime = _now.UtcDateTime, LastTransitionTime = _now.UtcDateTime };
        if (at < 0)
        {
            _conditions.Add(condition);
        }
        else
        {
            _conditions[at] = condition;
        }

        _conditionsChanged = true;
        Told.Add(condition);
    }
}
