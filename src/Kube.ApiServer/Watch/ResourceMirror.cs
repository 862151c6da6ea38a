using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Watch;

/// <summary>
/// Keeps something derived from one resource as new as the store, by a cursor into the ring: whoever asks first reads what has come since, so an
/// answer is never older than the last acknowledged write and nobody scans. Not thread-safe: the owner calls under a lock of its own.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="resource">See <see cref="ObjectKey.Resource"/>.</param>
/// <param name="clear">Forgets everything: a full list follows.</param>
/// <param name="put">An object that is new or has changed.</param>
/// <param name="remove">The last state of an object that is gone.</param>
internal sealed class ResourceMirror(IObjectStore store, string resource, Action clear, Action<StoredObject> put, Action<StoredObject> remove) : IDisposable
{
    private IStoreWatch? _watch;
    private long _seen = -1;

    /// <summary>Reads what has come; true when there was anything.</summary>
    public bool CatchUp()
    {
        var newest = store.Revision;
        if (newest == _seen)
            return false;
        if (_watch is null)
            return Reload();
        var changed = false;
        try
        {
            while (true)
            {
                // With no time to wait this completes at once.
                var events = _watch.ReadAsync(TimeSpan.Zero, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                if (events.Count == 0)
                    break;
                changed = true;
                foreach (var change in events)
                    Apply(change);
            }
        }
        catch (ExpiredRevisionException)
        {
            return Reload();
        }

        _seen = newest;
        return changed;
    }

    public void Dispose() => _watch?.Dispose();

    private void Apply(StoreEvent change)
    {
        if (change.Object is { } current)
            put(current);
        else if (change.Deleted is { } last)
            remove(last);
    }

    private bool Reload()
    {
        _watch?.Dispose();
        var all = store.List(resource, null);
        clear();
        foreach (var item in all.Items)
            put(item);
        _watch = store.Watch(resource, null, all.Revision);
        _seen = all.Revision;
        return true;
    }
}
