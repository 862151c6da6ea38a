namespace Kube.ApiServer.Storage;

/// <summary>The durable log behind the store. It has a test double that keeps nothing (<see cref="VolatileLog"/>).</summary>
internal interface ICommitLog : IAsyncDisposable
{
    /// <summary>
    /// How long the lead may be trusted after the last <see cref="AppendAsync"/> or <see cref="RenewAsync"/> that succeeded, counted from before
    /// its call; <see cref="Timeout.InfiniteTimeSpan"/> when nobody else can ever take it.
    /// </summary>
    TimeSpan Lease { get; }

    /// <summary>
    /// Makes a batch durable. Completes only when the outcome is certain, however long PostgreSQL stays away: a batch whose commit was cut
    /// off is looked up by epoch and revision, and sent again when it is not there. Called by one writer, one batch at a time.
    /// </summary>
    /// <param name="events">The changes with contiguous revisions that follow the last batch.</param>
    /// <param name="cancellationToken">Gives up; the outcome is then unknown.</param>
    /// <exception cref="LogRefusedException">PostgreSQL refused the batch; nothing of it was written.</exception>
    /// <exception cref="LogFencedException">Another process leads.</exception>
    Task AppendAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken);

    /// <summary>Renews the lease when there is nothing to write.</summary>
    /// <param name="revision">The last durable revision.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when PostgreSQL could not be asked; try again.</returns>
    /// <exception cref="LogFencedException">Another process leads.</exception>
    Task<bool> RenewAsync(long revision, CancellationToken cancellationToken);

    /// <summary>Work that may wait until a batch is acknowledged: new partitions, compaction. Never throws for a failure it can try again later.</summary>
    /// <param name="revision">The last durable revision.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task MaintainAsync(long revision, CancellationToken cancellationToken);
}
