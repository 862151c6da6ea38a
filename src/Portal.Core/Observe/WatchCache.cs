using System.Collections.Immutable;
using System.Numerics;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace Portal.Core.Observe;

/// <summary>
/// All objects of one kind, kept by list and watch, as an immutable map by namespace. One per kind and process; a lost watch is taken up where it
/// ended, a 410 begins anew with a list.
/// </summary>
internal sealed partial class WatchCache<T>(WatchSource<T> source, ChangeFeed changes, TimeProvider clock, ILogger logger)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The server ends a watch after this long, so that a connection that died silently is noticed.</summary>
    public const int WatchSeconds = 60;

    private static readonly ImmutableDictionary<string, T> None = ImmutableDictionary<string, T>.Empty;
    private ImmutableDictionary<string, ImmutableDictionary<string, T>> _byNamespace = ImmutableDictionary<string, ImmutableDictionary<string, T>>.Empty;
    // A server that restarts is back before this; silence after it is a loss.
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(10);
    private long _heard;
    private long _lostAt;
    private int _count;
    private int _anew;
    private CancellationTokenSource? _round;
    private volatile bool _synced;

    /// <summary>Whether a first list was read.</summary>
    public bool HasSynced => _synced;

    /// <summary>How long ago the server was last heard of; since the start when never.</summary>
    public TimeSpan Age => clock.GetElapsedTime(Interlocked.Read(ref _heard));

    /// <summary>Whether the server could not be reached again since a while.</summary>
    public bool IsLost => Interlocked.Read(ref _lostAt) is not 0 and var since && clock.GetElapsedTime(since) > LostAfter;

    /// <summary>The objects of a namespace by name.</summary>
    public ImmutableDictionary<string, T> In(string ns) => Volatile.Read(ref _byNamespace).GetValueOrDefault(ns, None);

    /// <summary>The objects of every namespace.</summary>
    public IEnumerable<T> All => Volatile.Read(ref _byNamespace).Values.SelectMany(inside => inside.Values);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _heard, clock.GetTimestamp());
        string? version = null;
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Volatile.Write(ref _round, round);
            if (Interlocked.Exchange(ref _anew, 0) == 1) version = null;
            try
            {
                version ??= await ListAsync(round.Token);
                version = await WatchAsync(version, round.Token);
                failures = 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException) when (round.IsCancellationRequested)
            {
                // The next round begins with a list, as was asked for.
            }
            catch (Exception e)
            {
                // Whatever ended the watch, a list is the way back to the truth.
                version = null;
                failures++;
                Interlocked.CompareExchange(ref _lostAt, clock.GetTimestamp(), 0);
                // A cluster may be away for days: said at once, and then ever more rarely.
                if (BitOperations.IsPow2(failures)) Lost(logger, typeof(T).Name, failures, e.Message);
                var pause = TimeSpan.FromMilliseconds(Math.Min(5000, 100 * Math.Pow(2, Math.Min(failures, 6))) * (0.5 + Random.Shared.NextDouble() / 2));
                await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Has everything listed anew, without forgetting what is known meanwhile.</summary>
    public void Restart()
    {
        Interlocked.Exchange(ref _anew, 1);
        try
        {
            Volatile.Read(ref _round)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Between two rounds: the next one sees the wish.
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var (items, version) = await source.List(cancellationToken);
        var former = _byNamespace;
        Volatile.Write(ref _byNamespace, items.GroupBy(item => item.Metadata.NamespaceProperty ?? "")
            .ToImmutableDictionary(group => group.Key, group => group.ToImmutableDictionary(item => item.Metadata.Name)));
        _count = _byNamespace.Values.Sum(inside => inside.Count);
        Heard();
        _synced = true;
        foreach (var ns in former.Keys.Union(_byNamespace.Keys)) changes.Raise(ns);
        return version;
    }

    private async Task<string> WatchAsync(string version, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        await foreach (var (kind, item) in source.Watch(version, e => failure = e, cancellationToken))
        {
            Heard();
            if (kind == WatchEventType.Error) throw new IOException("The server ended the watch.");
            version = item.Metadata.ResourceVersion ?? version;
            if (kind is WatchEventType.Bookmark) continue;
            var ns = item.Metadata.NamespaceProperty ?? "";
            if (source.Bounds?.IsKept(ns) == false) continue;
            var inside = In(ns);
            var before = inside.Count;
            inside = kind == WatchEventType.Deleted ? inside.Remove(item.Metadata.Name) : inside.SetItem(item.Metadata.Name, item);
            Volatile.Write(ref _byNamespace, inside.IsEmpty ? _byNamespace.Remove(ns) : _byNamespace.SetItem(ns, inside));
            _count += inside.Count - before;
            if (source.Bounds is not null && _count > CacheBounds.MostObjects) throw new IOException($"The cluster has more than {CacheBounds.MostObjects} objects of one kind in the environments' namespaces.");
            changes.Raise(ns);
        }

        // A watch that ends in order after its time is a sign of life too.
        if (failure is not null) throw failure;
        Heard();
        return version;
    }

    private void Heard()
    {
        Interlocked.Exchange(ref _heard, clock.GetTimestamp());
        Interlocked.Exchange(ref _lostAt, 0);
    }

    [LoggerMessage(2101, LogLevel.Warning, "The watch of {Kind} was lost ({Failures} times in a row): {Reason}")]
    private static partial void Lost(ILogger logger, string kind, int failures, string reason);
}
