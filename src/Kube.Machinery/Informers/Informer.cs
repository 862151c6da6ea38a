using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Microsoft.Extensions.Logging;

namespace Kube.Machinery.Informers;

/// <summary>
/// A cache of all objects of one kind, kept current by list and watch. It survives restarts of the server: a broken stream is resumed behind the
/// last version seen, and any doubt (410, an error line, a version that moved backwards) leads to a new list whose difference to the cache is told as events.
/// Objects in the cache are shared: never change them.
/// </summary>
/// <typeparam name="T">Model of the objects.</typeparam>
public sealed class Informer<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan WatchTimeout = TimeSpan.FromMinutes(5);

    // To catch up, few objects are listed anew. For many the stream is: the shortest a server knows, at whose end a bookmark tells that everything up to there has been delivered.
    private const int FewObjects = 1000;
    private static readonly TimeSpan CatchUpTimeout = TimeSpan.FromSeconds(1);

    private readonly ResourceClient<T> _client;
    private readonly InformerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Events are told in their order under the first lock. What handlers ask, of this informer or of another, stands under the second alone, which
    // nobody holds while a handler runs: two informers whose handlers ask each other would wait for each other for ever.
    private readonly Lock _telling = new();
    private readonly Lock _reading = new();
    private readonly Dictionary<(string Namespace, string Name), T> _cache = [];
    private readonly Dictionary<string, InformerIndex<T>> _indexes = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Revision, TaskCompletionSource Reached)> _waiting = [];
    private ImmutableArray<Action<InformerEvent<T>>> _subscribers = [];
    private string _resourceVersion = "";
    private CancellationTokenSource? _stream;
    private volatile bool _listsAnew;

    /// <summary>Makes an informer; nothing happens until <see cref="RunAsync"/>.</summary>
    /// <param name="client">A client made by <see cref="KubeClients"/>.</param>
    /// <param name="options">What to follow.</param>
    /// <param name="time">Clock of the back-off.</param>
    /// <param name="logger">Told about lost streams.</param>
    public Informer(IKubernetes client, InformerOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _client = options.Resource is { } type ? client.Resource<T>(type) : client.Resource<T>();
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Whether the first list has been taken in.</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>Completes when the first list has been taken in.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Completes when the cache shows everything that was acknowledged before the call: who begins to decide on it, as a new leader does, must
    /// not decide on what it was some seconds ago.
    /// </summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await WaitForSyncAsync(cancellationToken);
        for (var failures = 0; ;)
        {
            try
            {
                var newest = await _client.ListAsync(_options.Namespace, new ListQuery { FieldSelector = _options.FieldSelector, LabelSelector = _options.LabelSelector, Limit = 1 }, cancellationToken);
                if (!long.TryParse(newest.ResourceVersion, out var revision))
                {
                    return;
                }

                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                lock (_telling)
                {
                    if (long.TryParse(_resourceVersion, out var shown) && shown >= revision)
                    {
                        return;
                    }

                    _waiting.Add((revision, reached));
                }

                _listsAnew = List().Count <= FewObjects;
                await EndStreamAsync();
                await reached.Task.WaitAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or JsonException)
            {
                _logger.InformerReconnects(_client.Type.Plural, e.Message);
                await Task.Delay(Jitter(++failures), _time, cancellationToken);
            }
        }
    }

    /// <summary>The cached object, or null.</summary>
    /// <param name="ns">Namespace; null or empty for cluster-scoped kinds.</param>
    /// <param name="name">Object name.</param>
    public T? Get(string? ns, string name)
    {
        lock (_reading)
        {
            return _cache.GetValueOrDefault((ns ?? "", name));
        }
    }

    /// <summary>All cached objects, as of now.</summary>
    public IReadOnlyCollection<T> List()
    {
        lock (_reading)
        {
            return [.. _cache.Values];
        }
    }

    /// <summary>Adds an index; do so before <see cref="RunAsync"/>.</summary>
    /// <param name="name">Its name for <see cref="ByIndex"/>.</param>
    /// <param name="keys">The keys under which an object is found.</param>
    public void AddIndex(string name, Func<T, IEnumerable<string>> keys)
    {
        lock (_reading)
        {
            var index = new InformerIndex<T>(keys);
            foreach (var item in _cache.Values)
            {
                index.Change(null, item);
            }

            _indexes.Add(name, index);
        }
    }

    /// <summary>The cached objects an index holds under a key, as of now.</summary>
    /// <exception cref="KeyNotFoundException">There is no such index.</exception>
    public IReadOnlyList<T> ByIndex(string name, string key)
    {
        lock (_reading)
        {
            return _indexes[name].Find(key);
        }
    }

    /// <summary>
    /// Tells every change from now on, after an addition for every object already cached. Handlers run one after another on the
    /// informer's own path: keep them short (put a key into a queue) and do not let them throw.
    /// </summary>
    /// <returns>Dispose it to unsubscribe.</returns>
    public IDisposable Subscribe(Action<InformerEvent<T>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_telling)
        {
            foreach (var item in List())
            {
                handler(new InformerEvent<T>(InformerEventKind.Added, item, null));
            }

            _subscribers = _subscribers.Add(handler);
        }

        return new Subscription(this, handler);
    }

    /// <summary>Lists and watches until cancelled. Run it once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_listsAnew || _resourceVersion.Length == 0)
                {
                    _listsAnew = false;
                    var asked = Waiting();
                    var list = await _client.ListAsync(_options.Namespace, new ListQuery { FieldSelector = _options.FieldSelector, LabelSelector = _options.LabelSelector }, cancellationToken);
                    Replace(list);

                    // Whatever its version, the list is newer than who waited for it before it was asked for.
                    Reached(asked);
                    failures = 0;
                }

                if (await FollowAsync(cancellationToken))
                {
                    failures = 0;
                    continue;
                }

                failures++;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e)
            {
                // Whatever the server has against the request, the version may be the reason: start from a list.
                _resourceVersion = "";
                failures = e.IsGone && failures == 0 ? 0 : failures + 1;
                _logger.InformerRelists(_client.Type.Plural, e.Message);
                if (failures == 0)
                {
                    continue;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or JsonException or SocketException or OperationCanceledException or InvalidOperationException or KeyNotFoundException)
            {
                if (e is JsonException or InvalidOperationException or KeyNotFoundException)
                {
                    _resourceVersion = "";
                }

                failures++;
                _logger.InformerReconnects(_client.Type.Plural, e.Message);
            }

            try
            {
                await Task.Delay(Jitter(failures), _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // Between half of and the full exponential step, and a little: many informers that lost one server do not come back in one moment.
    private static TimeSpan Jitter(int failures)
    {
        var step = Math.Min(FirstBackoff.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 10)), LastBackoff.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(step * (0.5 + (Randomness.Source.NextDouble() * 0.8)));
    }

    private async Task EndStreamAsync()
    {
        try
        {
            await (_stream?.CancelAsync() ?? Task.CompletedTask);
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <returns>Whether the stream delivered anything or ran its full time.</returns>
    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        var catchesUp = IsAwaited();
        var query = new ListQuery
        {
            FieldSelector = _options.FieldSelector,
            LabelSelector = _options.LabelSelector,
            ResourceVersion = _resourceVersion,
            Timeout = catchesUp ? CatchUpTimeout : WatchTimeout,
            OmitManagedFields = !_options.KeepManagedFields,
        };
        var started = _time.GetTimestamp();
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _stream = stream;
        try
        {
            var delivered = await ReadAsync(query, stream.Token);

            // A server that ends a stream without a bookmark leaves it open whether anything is missing.
            _listsAnew |= catchesUp && IsAwaited();
            return delivered || _time.GetElapsedTime(started) > TimeSpan.FromSeconds(5);
        }
        catch (OperationCanceledException) when (stream.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Ended to begin anew at once.
            return true;
        }
        finally
        {
            _stream = null;
        }
    }

    private async Task<bool> ReadAsync(ListQuery query, CancellationToken cancellationToken)
    {
        var delivered = false;
        await foreach (var change in _client.WatchAsync(_options.Namespace, query, cancellationToken))
        {
            delivered = true;
            var version = change.Object.Metadata?.ResourceVersion;
            if (!string.IsNullOrEmpty(version))
            {
                if (long.TryParse(version, out var next) && long.TryParse(_resourceVersion, out var last) && next < last)
                {
                    // Another history than the one we followed: a restored or replaced server.
                    _resourceVersion = "";
                    return true;
                }
            }

            switch (change.Kind)
            {
                case WatchEventKind.Bookmark:
                    break;
                case WatchEventKind.Deleted:
                    lock (_telling)
                    {
                        Remove(KeyOf(change.Object), change.Object);
                    }

                    break;
                default:
                    lock (_telling)
                    {
                        Put(change.Object);
                    }

                    break;
            }

            if (!string.IsNullOrEmpty(version))
            {
                Reach(version);
            }
        }

        return delivered;
    }

    private bool IsAwaited() => Waiting().Length > 0;

    private (long Revision, TaskCompletionSource Reached)[] Waiting()
    {
        lock (_telling)
        {
            return [.. _waiting];
        }
    }

    private void Reached((long Revision, TaskCompletionSource Reached)[] waiting)
    {
        lock (_telling)
        {
            foreach (var each in waiting)
            {
                each.Reached.TrySetResult();
                _waiting.Remove(each);
            }
        }
    }

    // The cache shows everything up to a version.
    private void Reach(string version)
    {
        lock (_telling)
        {
            _resourceVersion = version;
            if (_waiting.Count == 0 || !long.TryParse(version, out var shown))
            {
                return;
            }

            Reached([.. _waiting.Where(w => w.Revision <= shown)]);
        }
    }

    private void Replace(ResourceList<T> list)
    {
        lock (_telling)
        {
            var keys = new HashSet<(string, string)>(list.Items.Count);
            foreach (var item in list.Items)
            {
                keys.Add(KeyOf(item));
                Put(item);
            }

            foreach (var (key, gone) in _cache.Where(p => !keys.Contains(p.Key)).ToArray())
            {
                Remove(key, gone);
            }

            Reach(list.ResourceVersion);
        }

        _synced.TrySetResult();
    }

    private void Put(T item)
    {
        if (!_options.KeepManagedFields)
        {
            item.Metadata.ManagedFields = null;
        }

        var key = KeyOf(item);
        var old = Get(key.Item1, key.Item2);
        if (old is not null && old.Metadata.ResourceVersion == item.Metadata.ResourceVersion && old.Metadata.Uid == item.Metadata.Uid)
        {
            return;
        }

        if (old is not null && old.Metadata.Uid != item.Metadata.Uid)
        {
            // Deleted and made anew between two lists: two objects, so two events.
            Remove(key, old);
            old = null;
        }

        Change(key, old, item);
        Tell(new InformerEvent<T>(old is null ? InformerEventKind.Added : InformerEventKind.Modified, item, old));
    }

    private void Remove((string, string) key, T last)
    {
        if (Get(key.Item1, key.Item2) is not { } old)
        {
            return;
        }

        Change(key, old, null);
        Tell(new InformerEvent<T>(InformerEventKind.Deleted, last, old));
    }

    private void Change((string, string) key, T? old, T? now)
    {
        lock (_reading)
        {
            if (now is null)
            {
                _cache.Remove(key);
            }
            else
            {
                _cache[key] = now;
            }

            foreach (var index in _indexes.Values)
            {
                index.Change(old, now);
            }
        }
    }

    private void Tell(InformerEvent<T> change)
    {
        foreach (var subscriber in _subscribers)
        {
            subscriber(change);
        }
    }

    private static (string, string) KeyOf(T item) => (item.Metadata.NamespaceProperty ?? "", item.Metadata.Name);

    private sealed class Subscription(Informer<T> informer, Action<InformerEvent<T>> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (informer._telling)
            {
                informer._subscribers = informer._subscribers.Remove(handler);
            }
        }
    }
}
