using Kube.ApiServer.Watch;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube.ApiServer.Storage;

/// <summary>The store without PostgreSQL, for tests: the same head, ring and writer over a log that keeps nothing.</summary>
internal sealed class InMemoryObjectStore : IObjectStore, IAsyncDisposable
{
    private readonly ObjectStore _store;

    /// <summary>An empty store at revision 0, ready for use.</summary>
    /// <param name="ringBytes">The bytes of events kept for watches and older lists.</param>
    /// <param name="time">The clock; the system's when not given.</param>
    public InMemoryObjectStore(long ringBytes = 64 << 20, TimeProvider? time = null)
    {
        _store = new ObjectStore(new StoreLimits(ringBytes) { GatherTime = TimeSpan.Zero }, time ?? TimeProvider.System, NullLogger<ObjectStore>.Instance);
        _store.Start(new VolatileLog(), Head.Empty);
    }

    /// <inheritdoc/>
    public long Revision => _store.Revision;

    /// <inheritdoc/>
    public bool Leads => _store.Leads;

    /// <inheritdoc/>
    public string? LeaderAddress => _store.LeaderAddress;

    /// <inheritdoc/>
    public Task WaitForRoleAsync(bool leads, CancellationToken cancellationToken) => _store.WaitForRoleAsync(leads, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => _store.CatchUpAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ReachAsync(long revision, TimeSpan patience, CancellationToken cancellationToken) => _store.ReachAsync(revision, patience, cancellationToken);

    /// <inheritdoc/>
    public StoredObject? Get(ObjectKey key) => _store.Get(key);

    /// <inheritdoc/>
    public Snapshot List(string resource, string? ns, long revision = 0, (string Namespace, string Name)? after = null) => _store.List(resource, ns, revision, after);

    /// <inheritdoc/>
    public ValueTask<WriteResult> WriteAsync(Write write, CancellationToken cancellationToken) => _store.WriteAsync(write, cancellationToken);

    /// <inheritdoc/>
    public IStoreWatch Watch(string resource, WatchScope scope, long after) => _store.Watch(resource, scope, after);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
