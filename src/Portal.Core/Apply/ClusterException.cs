namespace Portal.Core.Apply;

/// <summary>The Kubernetes API refused or did not answer.</summary>
internal sealed class ClusterException(string message, bool isFinal, Exception? inner) : Exception(message, inner)
{
    /// <summary>Whether the same request will be refused again: the object itself is at fault.</summary>
    public bool IsFinal { get; } = isFinal;

    /// <summary>The HTTP status the API answered; null when it did not.</summary>
    public int? Status { get; init; }
}
