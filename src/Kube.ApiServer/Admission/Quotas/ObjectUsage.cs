using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Admission.Quotas;

/// <summary>What one object takes of quotas.</summary>
/// <param name="Amounts">By the quota's names, for instance <c>pods</c>, <c>requests.cpu</c>, <c>count/configmaps</c>.</param>
/// <param name="Scope">What scopes ask about a pod; null for other kinds.</param>
internal sealed record ObjectUsage(IReadOnlyDictionary<string, Quantity> Amounts, PodScope? Scope);
