namespace Kube.ApiServer.Storage;

/// <summary>A log that keeps nothing and commits at once.</summary>
internal sealed class VolatileLog : ICommitLog
{
    /// <inheritdoc/>
    public TimeSpan Lease => Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    public Task AppendAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<bool> RenewAsync(long revision, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <inheritdoc/>
    public Task MaintainAsync(long revision, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
