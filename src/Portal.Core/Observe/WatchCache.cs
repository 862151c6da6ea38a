using System.Collections.Immutable;
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
    private long _heard;
    private volatile bool _synced;

    /// <summary>Whether a first list was read.</summary>
    public bool HasSynced => _synced;

    /// <summary>How long ago the server was last heard of; since the start when never.</summary>
    public TimeSpan Age => clock.GetElapsedTime(Interlocked.Read(ref _heard));

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
            try
            {
                version ??= await ListAsync(cancellationToken);
                version = await WatchAsync(version, cancellationToken);
                failures = 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever ended the watch, a list is the way back to the truth.
                version = null;
                failures++;
                Lost(logger, typeof(T).Name, failures, e.Message);
                var pause = TimeSpan.FromMilliseconds(Math.Min(5000, 100 * Math.Pow(2, Math.Min(failures, 6))) * (0.5 + Random.Shared.NextDouble() / 2));
                await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var (items, version) = await source.List(cancellationToken);
        var former = _byNamespace;
        Volatile.Write(ref _byNamespace, items.GroupBy(item => item.Metadata.NamespaceProperty ?? "")
            .ToImmutableDictionary(group => group.Key, group => group.ToImmutableDictionary(item => item.Metadata.Name)));
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
            var inside = In(ns);
            inside = kind == WatchEventType.Deleted ? inside.Remove(item.Metadata.Name) : inside.SetItem(item.Metadata.Name, item);
            Volatile.Write(ref _byNamespace, inside.IsEmpty ? _byNamespace.Remove(ns) : _byNamespace.SetItem(ns, inside));
            changes.Raise(ns);
        }

        // A watch that ends in order after its time is a sign of life too.
        if (failure is not null) throw failure;
        Heard();
        return version;
    }

    private void Heard() => Interlocked.Exchange(ref _heard, clock.GetTimestamp());

    [LoggerMessage(2101, LogLevel.Warning, "The watch of {Kind} was lost ({Failures} times in a row): {Reason}")]
    private static partial void Lost(ILogger logger, string kind, int failures, string reason);
}
