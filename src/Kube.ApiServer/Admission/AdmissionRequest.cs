using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Registry;

namespace Kube.ApiServer.Admission;

/// <summary>A write on its way to the store.</summary>
/// <param name="Operation">Create, update or delete.</param>
/// <param name="Kind">The kind written.</param>
/// <param name="Namespace">Namespace, or empty.</param>
/// <param name="Name">Object name.</param>
/// <param name="Subresource">Empty for the object itself.</param>
/// <param name="Object">The new state, which admission may change; null for a delete.</param>
/// <param name="Old">The state before; null for a create.</param>
/// <param name="User">Who writes.</param>
/// <param name="DryRun">Nothing will be stored: keep no account of it.</param>
internal sealed record AdmissionRequest(
    AdmissionOperation Operation,
    ResourceKind Kind,
    string Namespace,
    string Name,
    string Subresource,
    JsonObject? Object,
    JsonObject? Old,
    UserInfo User,
    bool DryRun)
{
    /// <summary>Whether quotas are asked.</summary>
    public bool CountsQuota { get; init; } = true;

    /// <summary>Takes warnings and notes.</summary>
    public AdmissionFeedback Feedback { get; init; } = new();
}
