using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Storage;

namespace Integration.Tests.Storage.Histories;

/// <summary>Clients that read and compare-and-swap, and watchers that reconnect, while things go wrong.</summary>
internal static class Scenario
{
    private const int Keys = 12;
    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>Runs it and gathers the evidence.</summary>
    /// <param name="cluster">The stores.</param>
    /// <param name="seed">Seeds every choice.</param>
    /// <param name="faults">How many things go wrong, one after another.</param>
    /// <param name="clients">How many clients.</param>
    /// <param name="watchers">How many watchers.</param>
    public static async Task<Evidence> RunAsync(IStoreCluster cluster, int seed, int faults, int clients = 8, int watchers = 4)
    {
        var evidence = new Evidence(seed);
        using var stop = new CancellationTokenSource();
        using var drained = new CancellationTokenSource();
        long values = 0;
        var working = Enumerable.Range(0, clients).Select(client => Task.Run(() => ClientAsync(cluster, evidence, client, new Random(seed * 1000 + client), () => Interlocked.Increment(ref values), stop.Token))).ToList();
        var watching = Enumerable.Range(0, watchers).Select(watcher => Task.Run(() => WatcherAsync(cluster, evidence, watcher, new Random(seed * 2000 + watcher), drained.Token))).ToList();
        var random = new Random(seed);
        for (var fault = 0; fault < faults; fault++)
        {
            await Task.Delay(random.Next(150, 500));
            evidence.Faults.Add(await cluster.DisturbAsync(random));
        }

        await Task.Delay(400);
        await stop.CancelAsync();
        await Task.WhenAll(working);
        // What was under way when its client gave up is settled before the end is read.
        await Task.Delay(300);
        evidence.Log = await cluster.ReadLogAsync();
        await Task.Delay(300);
        await drained.CancelAsync();
        await Task.WhenAll(watching);
        return evidence;
    }

    private static async Task ClientAsync(IStoreCluster cluster, Evidence evidence, int client, Random random, Func<long> nextValue, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var stores = cluster.Stores;
            var name = "k" + random.Next(Keys);
            var key = new ObjectKey("configmaps", "default", name);
            var seen = await ReadAsync(stores[random.Next(stores.Length)], evidence, client, key);
            if (random.Next(3) == 0 || seen is not { } current) continue;
            if (stores.FirstOrDefault(s => s.Leads) is not { } leader)
            {
                await Task.Delay(5, CancellationToken.None);
                continue;
            }

            // Now and then on a state that is known to be wrong, so that conflicts are tried too.
            var (value, revision) = random.Next(10) == 0 ? (-1L, 1_000_000L) : current;
            var kind = current.Value == 0 || random.Next(12) == 0 ? WriteKind.Create : random.Next(4) == 0 ? WriteKind.Delete : WriteKind.Update;
            await WriteAsync(leader, evidence, client, key, kind, nextValue(), value, revision);
        }
    }

    private static async Task<(long Value, long Revision)?> ReadAsync(ObjectStore store, Evidence evidence, int client, ObjectKey key)
    {
        var invoked = Stopwatch.GetTimestamp();
        try
        {
            await store.CatchUpAsync(CancellationToken.None);
            var found = store.Get(key);
            var seen = found is null ? (0L, 0L) : (ValueOf(found), found.Revision);
            evidence.Operations.Add(new Operation(client, OperationKind.Get, key.Name, seen.Item1, 0, OperationResult.Done, seen.Item2, invoked, Stopwatch.GetTimestamp()));
            return seen;
        }
        catch (StoreUnavailableException)
        {
            // A read that is refused promises nothing.
            await Task.Delay(5, CancellationToken.None);
            return null;
        }
    }

    private static async Task WriteAsync(ObjectStore leader, Evidence evidence, int client, ObjectKey key, WriteKind kind, long value, long expected, long revision)
    {
        var operation = kind switch
        {
            WriteKind.Create => OperationKind.Create,
            WriteKind.Update => OperationKind.Update,
            _ => OperationKind.Delete,
        };
        var json = Encoding.UTF8.GetBytes($$"""{"metadata":{"name":"{{key.Name}}","uid":"{{value}}"} }""");
        var invoked = Stopwatch.GetTimestamp();
        try
        {
            var result = await leader.WriteAsync(new Write(kind, key, revision, json, NoLabels), CancellationToken.None);
            var outcome = result.Outcome switch
            {
                WriteOutcome.Committed => OperationResult.Done,
                WriteOutcome.AlreadyExists => OperationResult.Exists,
                WriteOutcome.Conflict => OperationResult.Conflict,
                _ => OperationResult.NotFound,
            };
            var at = outcome == OperationResult.Done ? result.Object!.Revision : 0;
            evidence.Operations.Add(new Operation(client, operation, key.Name, value, expected, outcome, at, invoked, Stopwatch.GetTimestamp()));
        }
        catch (StoreUnavailableException e)
        {
            if (e.OutcomeUnknown) evidence.Operations.Add(new Operation(client, operation, key.Name, value, expected, OperationResult.Unknown, 0, invoked, long.MaxValue));
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static async Task WatcherAsync(IStoreCluster cluster, Evidence evidence, int watcher, Random random, CancellationToken stop)
    {
        long at = 0;
        while (true)
        {
            var stopping = stop.IsCancellationRequested;
            var stores = cluster.Stores;
            var store = stores[random.Next(stores.Length)];
            try
            {
                at = await FollowAsync(store, evidence, new WatchSegment(watcher, at), random.Next(1, 40), stop);
            }
            catch (Exception e) when (e is ExpiredRevisionException or StoreUnavailableException)
            {
                // As a client does: list again. A store that is behind would take it back in time, so the list must not be older than what was seen.
                if (await store.ReachAsync(at, TimeSpan.FromMilliseconds(100), CancellationToken.None)) at = store.Revision;
            }

            if (stopping) return;
        }
    }

    private static async Task<long> FollowAsync(ObjectStore store, Evidence evidence, WatchSegment segment, int reads, CancellationToken stop)
    {
        using var watch = store.Watch("configmaps", null, segment.After);
        evidence.Segments.Add(segment);
        for (var i = 0; i < reads || stop.IsCancellationRequested; i++)
        {
            var events = await watch.ReadAsync(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            foreach (var e in events)
            {
                if (e.Revision <= segment.Bookmark) segment.Broken ??= $"the event of revision {e.Revision} came behind the bookmark {segment.Bookmark}";
                segment.Events.Add(new LogRow(e.Revision, e.Key.Name, e.Object is null));
            }

            segment.Bookmark = watch.Revision;
            if (events.Count == 0 && stop.IsCancellationRequested) break;
        }

        return segment.Bookmark;
    }

    private static long ValueOf(StoredObject stored) => long.Parse((string)JsonNode.Parse(stored.Json.Span)!["metadata"]!["uid"]!, System.Globalization.CultureInfo.InvariantCulture);
}
