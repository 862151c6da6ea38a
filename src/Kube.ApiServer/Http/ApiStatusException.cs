namespace Kube.ApiServer.Http;

/// <summary>Ends a request with a Status; the one way a handler refuses.</summary>
/// <param name="status">What the client is answered.</param>
internal sealed class ApiStatusException(ApiStatus status) : Exception(status.Message)
{
    /// <summary>What the client is answered.</summary>
    public ApiStatus Status { get; } = status;
}
