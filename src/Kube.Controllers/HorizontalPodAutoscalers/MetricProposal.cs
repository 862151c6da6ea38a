using System.Text.Json.Nodes;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>What one metric asks for.</summary>
/// <param name="Replicas">How many pods.</param>
/// <param name="Name">The metric in words.</param>
/// <param name="Current">Its entry in the status.</param>
internal sealed record MetricProposal(int Replicas, string Name, JsonObject Current);
