using Kube.ApiServer.Watch;

namespace Kube.ApiServer.Storage;

/// <summary>
/// The watchable store the API server stands on: every read is answered from memory, every write is durable in PostgreSQL before
/// it is acknowledged. It has a test double for the unit tests of the HTTP layer (the same store without PostgreSQL).
/// </summary>
internal interface IObjectStore
{
    /// <summary>The newest committed revision.</summary>
    long Revision { get; }

    /// <summary>True while this process takes writes itself.</summary>
    bool Leads { get; }

    /// <summary>Where the process that leads takes writes, <c>https://10.0.0.1:6443</c>; null when it is not known, or is this one.</summary>
    string? LeaderAddress { get; }

    /// <summary>Waits until <see cref="Leads"/> has a value.</summary>
    Task WaitForRoleAsync(bool leads, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when this process shows everything that any server process had acknowledged before the call: what a read that names no
    /// resourceVersion must wait for.
    /// </summary>
    /// <exception cref="StoreUnavailableException">That cannot be told now.</exception>
    ValueTask CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>Waits until this process shows a revision or a later one.</summary>
    /// <returns>False when it did not in time.</returns>
    ValueTask<bool> ReachAsync(long revision, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>The object at the newest committed revision, or null.</summary>
    StoredObject? Get(ObjectKey key);

    /// <summary>
    /// A consistent page of a resource in (namespace, name) order.
    /// </summary>
    /// <param name="resource">See <see cref="ObjectKey.Resource"/>.</param>
    /// <param name="ns">Only this namespace; null for all.</param>
    /// <param name="revision">The revision to read at; 0 for the newest. An older revision that is no longer kept throws <see cref="ExpiredRevisionException"/>.</param>
    /// <param name="after">Continue behind this (namespace, name); null to start.</param>
    /// <returns>A snapshot; enumerate lazily, it never changes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="revision"/> is greater than <see cref="Revision"/>: the client saw another history, answer 504 and let it try again.</exception>
    Snapshot List(string resource, string? ns, long revision = 0, (string Namespace, string Name)? after = null);

    /// <summary>
    /// Hands a write to the group commit. Completes when the batch that holds it has committed and the change is visible to reads and watches.
    /// </summary>
    /// <exception cref="ArgumentException">The document has no metadata, or PostgreSQL could not take the name (NUL, half a surrogate pair, over 1,024 bytes).</exception>
    /// <exception cref="StoreUnavailableException">PostgreSQL did not take the batch, or this process no longer leads. The write may or may not have happened if <see cref="StoreUnavailableException.OutcomeUnknown"/>.</exception>
    ValueTask<WriteResult> WriteAsync(Write write, CancellationToken cancellationToken);

    /// <summary>
    /// Follows the changes of one resource behind a revision.
    /// </summary>
    /// <param name="resource">See <see cref="ObjectKey.Resource"/>.</param>
    /// <param name="scope">Which of them: a namespace, or null for all.</param>
    /// <param name="after">Events with a greater revision are delivered, each once, in order.</param>
    /// <exception cref="ExpiredRevisionException">The ring no longer holds what follows <paramref name="after"/>: answer 410. Also thrown later by the cursor, when the reader falls off the ring.</exception>
    IStoreWatch Watch(string resource, WatchScope scope, long after);
}

/// <summary>A cursor into the ring of events. Not thread-safe: one reader.</summary>
internal interface IStoreWatch : IDisposable
{
    /// <summary>All events up to this revision have been delivered: what a bookmark may say.</summary>
    long Revision { get; }

    /// <summary>
    /// Waits until at least one event is there, or <paramref name="timeout"/> has passed, and returns all events at hand (empty after a timeout).
    /// </summary>
    /// <exception cref="ExpiredRevisionException">The reader fell off the ring.</exception>
    ValueTask<IReadOnlyList<StoreEvent>> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>A consistent list.</summary>
/// <param name="Revision">The revision it shows.</param>
/// <param name="Tree">What stood at that revision.</param>
/// <param name="From">Where in the tree the list begins.</param>
/// <param name="Count">How many objects follow in all, known without enumerating.</param>
internal sealed record Snapshot(long Revision, ObjectTree Tree, int From, int Count)
{
    /// <summary>The objects in order; lazy.</summary>
    public IEnumerable<StoredObject> Items => Tree.Range(From, Count);

    /// <summary>Those that may have the labels wanted, in order; lazy.</summary>
    public IEnumerable<StoredObject> ItemsThatMayHold(LabelDigest wanted) => Tree.Range(From, Count, wanted);
}

/// <summary>The revision asked for has been compacted; the client must list again (410 Gone).</summary>
internal sealed class ExpiredRevisionException(long revision)
    : Exception($"The resourceVersion {revision} is too old; list again to get a current one.");

/// <summary>The store cannot take writes now (503).</summary>
/// <param name="message">What happened, for a person.</param>
/// <param name="outcomeUnknown">True when the write may still have been committed.</param>
/// <param name="inner">The cause.</param>
internal sealed class StoreUnavailableException(string message, bool outcomeUnknown, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the write may still have been committed: read before trying again.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}
