namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>A metric cannot be had; the autoscaler's condition says why.</summary>
/// <param name="reason">For the condition, for instance <c>FailedGetResourceMetric</c>.</param>
/// <param name="message">For people.</param>
internal sealed class MetricException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}
