using System.Net;
using k8s.Models;

namespace Kube.Machinery.Client;

/// <summary>The API server answered with an error.</summary>
/// <param name="code">HTTP status.</param>
/// <param name="status">The Kubernetes <c>Status</c> the server sent, or one made from its text.</param>
public sealed class ApiException(HttpStatusCode code, V1Status status)
    : Exception(status?.Message ?? $"The API server answered {(int)code}.")
{
    /// <summary>HTTP status.</summary>
    public HttpStatusCode Code { get; } = code;

    /// <summary>The Kubernetes <c>Status</c> object.</summary>
    public V1Status Status { get; } = status;

    /// <summary>The object does not exist.</summary>
    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    /// <summary>A create found the name taken.</summary>
    public bool IsAlreadyExists => Code == HttpStatusCode.Conflict && Status.Reason == "AlreadyExists";

    /// <summary>The object changed since it was read, or another precondition failed.</summary>
    public bool IsConflict => Code == HttpStatusCode.Conflict && Status.Reason != "AlreadyExists";

    /// <summary>The resourceVersion is no longer served: list again.</summary>
    public bool IsGone => Code == HttpStatusCode.Gone;
}
