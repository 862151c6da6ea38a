using System.Text.Json.Nodes;
using k8s.Models;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>What an autoscaler's status should say: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/#HorizontalPodAutoscalerStatus.</summary>
internal sealed class AutoscalerStatus(V2HorizontalPodAutoscaler autoscaler, DateTimeOffset now)
{
    private readonly List<V2HorizontalPodAutoscalerCondition> _conditions = [.. autoscaler.Status?.Conditions ?? []];

    public int CurrentReplicas { get; set; } = autoscaler.Status?.CurrentReplicas ?? 0;

    public int DesiredReplicas { get; set; } = autoscaler.Status?.DesiredReplicas ?? 0;

    /// <summary>The metrics as measured; null leaves what the status says.</summary>
    public JsonArray? Metrics { get; set; }

    public bool Scaled { get; set; }

    /// <summary>Sets a condition.</summary>
    public void Set(string type, bool holds, (string Reason, string Message) why)
    {
        var status = holds ? "True" : "False";
        var at = _conditions.FindIndex(c => c.Type == type);
        var since = at >= 0 && _conditions[at].Status == status ? _conditions[at].LastTransitionTime : now.UtcDateTime;
        var condition = new V2HorizontalPodAutoscalerCondition { Type = type, Status = status, Reason = why.Reason, Message = why.Message, LastTransitionTime = since };
        if (at < 0)
        {
            _conditions.Add(condition);
        }
        else
        {
            _conditions[at] = condition;
        }
    }

    /// <summary>Takes a condition away.</summary>
    public void Clear(string type) => _conditions.RemoveAll(c => c.Type == type);

    /// <summary>A merge patch of the status.</summary>
    public JsonObject Patch()
    {
        var status = new JsonObject
        {
            ["currentReplicas"] = CurrentReplicas,
            ["desiredReplicas"] = DesiredReplicas,
            ["conditions"] = new JsonArray([.. _conditions.Select(c => new JsonObject
            {
                ["type"] = c.Type,
                ["status"] = c.Status,
                ["reason"] = c.Reason,
                ["message"] = c.Message,
                ["lastTransitionTime"] = Timestamps.Text((DateTime?)c.LastTransitionTime),
            })]),
        };
        if (autoscaler.Metadata.Generation is { } generation)
        {
            status["observedGeneration"] = generation;
        }

        if (Metrics is not null)
        {
            status["currentMetrics"] = Metrics.DeepClone();
        }

        if (Scaled)
        {
            status["lastScaleTime"] = Timestamps.Text(now);
        }

        return new JsonObject { ["status"] = status };
    }
}
