namespace Kube.ApiServer.Storage;

/// <summary>A write on its way through the group commit.</summary>
internal sealed class WriteRequest(Write write, int metadataOffset, Urgency urgency, CancellationToken cancellation)
{
    private readonly TaskCompletionSource<WriteResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What to do.</summary>
    public Write Write { get; } = write;

    /// <summary>From <see cref="ObjectDocument.FindMetadata"/>, found on the caller's thread to spare the writer's.</summary>
    public int MetadataOffset { get; } = metadataOffset;

    /// <summary>How soon it must be durable.</summary>
    public Urgency Urgency { get; } = urgency;

    /// <summary>True when nobody waits any more; such a write is dropped unless it is decided already.</summary>
    public bool IsAbandoned => cancellation.IsCancellationRequested;

    /// <summary>The answer once it is decided; it is handed out when the batch has committed.</summary>
    public WriteResult? Result { get; set; }

    /// <summary>The answer, when it comes.</summary>
    public Task<WriteResult> Completion => _completion.Task;

    /// <summary>Hands out the answer, unless a failure was handed out before.</summary>
    public void Complete(WriteResult result) => _completion.TrySetResult(result);

    /// <summary>Hands out a failure, unless an answer was handed out before.</summary>
    public void Fail(Exception exception) => _completion.TrySetException(exception);
}
