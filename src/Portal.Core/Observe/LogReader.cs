using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Clusters;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Observe;

/// <summary>Reads logs through the Kubernetes API: what is there already merged by time, then one stream an instance; instances that appear later join while following.</summary>
internal sealed class LogReader(IAuthorizer authorizer, ITenantDbContextFactory contexts, ClusterLinks links, ChangeFeed changes, TimeProvider clock) : ILogs
{
    // A right that is gone must end a stream within five seconds, the pause for bursts and the asking included.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(3);
    // 32 MB of text: whatever is asked for, one reader does not cost more.
    private const long MaxCharacters = 16 * 1024 * 1024;
    private const int AtOnce = 8;

    public Task<Result<IAsyncEnumerable<LogLine>>> ReadAsync(Actor actor, ScopeRef app, LogQuery query, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync<IAsyncEnumerable<LogLine>>(async () =>
        {
            ArgumentNullException.ThrowIfNull(query);
            var place = await PlaceAsync(actor, app, cancellationToken);
            if (!place.IsOk) return place.Error;
            var filter = LogFilter.Of(query);
            if (!filter.IsOk) return filter.Error;
            if (!place.Value.Link.Cache.Pods.HasSynced) return Error.Unavailable("The cluster has not been heard of yet.");
            if (query.Instance is not null && !Pods(place.Value, place.Value.Workload, query).Any()) return Error.NotFound("instance");
            return Result<IAsyncEnumerable<LogLine>>.Ok(Stream(new(actor, app, place.Value, query, filter.Value), cancellationToken));
        });

    public Task<Result<LogProtection>> ProtectionAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync<LogProtection>(async () =>
        {
            var place = await PlaceAsync(actor, app, cancellationToken);
            if (!place.IsOk) return place.Error;
            var nodes = Pods(place.Value, place.Value.Workload, new()).Select(pod => pod.Spec?.NodeName).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
            var without = new List<string>();
            foreach (var node in nodes)
            {
                if (!await IsProtectedAsync(place.Value.Link, node, cancellationToken)) without.Add(node);
            }

            return new LogProtection([.. nodes], [.. without]);
        });

    private async Task<Result<Place>> PlaceAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.App is null) throw new ArgumentException("The scope names no app.", nameof(app));
        var access = await authorizer.AuthorizeAsync(actor, Right.LogsRead, app, cancellationToken);
        if (!access.IsOk) return access.Error;
        await using var db = await contexts.CreateAsync(access.Value.Tenant, cancellationToken);
        var environment = await db.Environments.Where(e => e.Id == access.Value.EnvironmentId).Select(e => new { e.Namespace, e.ClusterId }).SingleAsync(cancellationToken);
        return new Place(environment.Namespace, access.Value.Workload!, await links.LinkAsync(environment.ClusterId, cancellationToken));
    }

    // What a node says of itself in the condition LogRedaction; a node of another make says nothing.
    private static async Task<bool> IsProtectedAsync(ClusterLink link, string node, CancellationToken cancellationToken)
    {
        try
        {
            var found = await link.Client.CoreV1.ReadNodeAsync(node, cancellationToken: cancellationToken);
            return found.Status?.Conditions?.Any(condition => condition is { Type: "LogRedaction", Status: "True" }) == true;
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static IEnumerable<V1Pod> Pods(Place place, string app, LogQuery query) => place.Link.Cache.Pods.In(place.Namespace).Values.Where(pod =>
        pod.Metadata.Labels.TryGetValue(Labels.App, out var owner) && owner == app
        && (query.Instance is null || pod.Metadata.Name == query.Instance)
        && (query.Process is null || (pod.Metadata.Labels.TryGetValue(Labels.Process, out var process) && process == query.Process)));

    private static IEnumerable<V1Pod> Started(Reading reading) =>
        Pods(reading.Place, reading.Place.Workload, reading.Query).Where(pod => pod.Spec?.NodeName is not null && pod.Status?.ContainerStatuses is { Count: > 0 });

    private async IAsyncEnumerable<LogLine> Stream(Reading reading, CancellationToken outer, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(outer, cancellationToken);
        var seen = new ConcurrentDictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var line in await HistoryAsync(reading, seen, either.Token)) yield return line;
        if (!reading.Query.Follow || either.IsCancellationRequested) yield break;

        // Bounded: a reader that is slower than the app slows the reading, not the memory.
        var lines = Channel.CreateBounded<LogLine>(1000);
        var pump = PumpAsync(reading, seen, lines.Writer, either.Token);
        try
        {
            while (await WaitAsync(lines.Reader, either.Token))
            {
                while (lines.Reader.TryRead(out var line)) yield return line;
            }
        }
        finally
        {
            await either.CancelAsync();
            await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> WaitAsync(ChannelReader<LogLine> reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.WaitToReadAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What the instances have written so far, in one order of time; notes for each instance how far that reaches.</summary>
    private async Task<List<LogLine>> HistoryAsync(Reading reading, ConcurrentDictionary<string, DateTimeOffset> seen, CancellationToken cancellationToken)
    {
        var budget = new NewestLines.Budget(MaxCharacters);
        var all = new ConcurrentBag<NewestLines>();
        try
        {
            await Parallel.ForEachAsync(Started(reading), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (pod, cancel) =>
            {
                var newest = new NewestLines(reading.Query.Tail, budget);
                all.Add(newest);
                await ReadHistoryAsync(pod, reading, newest, seen, cancel);
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return [];
        }

        List<LogLine> lines = [.. all.SelectMany(newest => newest.Lines).OrderBy(line => line.At ?? DateTimeOffset.MinValue).ThenBy(line => line.Instance, StringComparer.Ordinal)];
        if (all.Any(newest => newest.IsCut)) lines.Insert(0, new("", "", lines.FirstOrDefault()?.At, "older lines are left out here: there is more than one answer can hold") { Gap = true });
        return lines;
    }

    private async Task ReadHistoryAsync(V1Pod pod, Reading reading, NewestLines newest, ConcurrentDictionary<string, DateTimeOffset> seen, CancellationToken cancellationToken)
    {
        var (query, filter) = (reading.Query, reading.Filter);
        try
        {
            var since = query.Since is { } from ? (int?)Math.Max(1, Math.Ceiling((clock.GetUtcNow() - from).TotalSeconds)) : null;
            await using var stream = await reading.Place.Link.Client.CoreV1.ReadNamespacedPodLogAsync(
                pod.Metadata.Name, reading.Place.Namespace, container: pod.Spec.Containers[0].Name, previous: query.Previous, timestamps: true,
                tailLines: filter.IsSelective ? null : query.Tail, sinceSeconds: since, cancellationToken: cancellationToken);
            using var reader = new LineReader(stream);
            while (await reader.ReadAsync(cancellationToken) is { } raw)
            {
                var line = Parse(pod, raw);
                if (filter.IsPast(line)) break;
                if (line.At is { } at) seen[pod.Metadata.Uid] = at;
                if (filter.Passes(line)) newest.Add(line);
            }
        }
        catch (HttpOperationException e) when (query.Previous && e.Response.StatusCode == System.Net.HttpStatusCode.BadRequest)
        {
            // An instance whose container never died has nothing to show.
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException or ObjectDisposedException)
        {
            newest.Add(new(pod.Metadata.Name, Process(pod), clock.GetUtcNow(), "the log of this instance cannot be read now") { Gap = true });
        }
    }

    private async Task PumpAsync(Reading reading, ConcurrentDictionary<string, DateTimeOffset> seen, ChannelWriter<LogLine> lines, CancellationToken cancellationToken)
    {
        var readers = new ConcurrentDictionary<string, Task>(StringComparer.Ordinal);
        using var granted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                var changed = changes.In(reading.Place.Namespace);
                // A cluster whose kubeconfig was replaced meanwhile has another link.
                reading = reading with { Place = reading.Place with { Link = await links.LinkAsync(reading.Place.Link.Id, granted.Token) } };
                foreach (var pod in Started(reading))
                    _ = readers.GetOrAdd(pod.Metadata.Uid ?? pod.Metadata.Name, uid => FollowPodAsync(pod, reading, seen.TryGetValue(uid, out var last) ? last : null, lines, granted.Token));

                await Task.WhenAny(changed, Task.Delay(Recheck, clock, granted.Token));
                if (!(await authorizer.AuthorizeAsync(reading.Actor, Right.LogsRead, reading.App, granted.Token)).IsOk) break;
                // A pod is a burst of changes; one look a second is soon enough for a reader.
                await Task.Delay(TimeSpan.FromSeconds(1), clock, granted.Token);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The reader went away.
        }
        finally
        {
            await granted.CancelAsync();
            await Task.WhenAll(readers.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lines.TryComplete();
        }
    }

    private async Task FollowPodAsync(V1Pod pod, Reading reading, DateTimeOffset? last, ChannelWriter<LogLine> lines, CancellationToken cancellationToken)
    {
        var (name, ns) = (pod.Metadata.Name, reading.Place.Namespace);
        while (true)
        {
            var link = await links.LinkAsync(reading.Place.Link.Id, cancellationToken);
            try
            {
                // After the history or an interruption: everything since the last line, whose own second may come again and is skipped by its time.
                var since = last is { } seen ? (int?)Math.Max(1, Math.Ceiling((clock.GetUtcNow() - seen).TotalSeconds) + 1) : null;
                await using var stream = await link.Client.CoreV1.ReadNamespacedPodLogAsync(
                    name, ns, container: pod.Spec.Containers[0].Name, follow: true, timestamps: true,
                    tailLines: last is null ? reading.Query.Tail : null, sinceSeconds: since, cancellationToken: cancellationToken);
                using var reader = new LineReader(stream);
                while (await reader.ReadAsync(cancellationToken) is { } raw)
                {
                    var line = Parse(pod, raw);
                    if (line.At is not null && line.At <= last) continue;
                    last = line.At ?? last;
                    if (reading.Filter.Passes(line)) await lines.WriteAsync(line, cancellationToken);
                }
            }
            catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException or ObjectDisposedException)
            {
                // Tried again as long as the instance is there.
            }

            if (link.Cache.Pods.HasSynced && (!link.Cache.Pods.In(ns).TryGetValue(name, out var present) || present.Metadata.Uid != pod.Metadata.Uid)) return;
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        }
    }

    private static string Process(V1Pod pod) => pod.Metadata.Labels.TryGetValue(Labels.Process, out var label) ? label : "";

    // 2026-01-02T03:04:05.678901234Z text
    private static LogLine Parse(V1Pod pod, string raw)
    {
        var space = raw.IndexOf(' ', StringComparison.Ordinal);
        var timed = DateTimeOffset.TryParse(raw.AsSpan(0, Math.Max(0, space)), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at);
        var text = LogText.Clean(timed ? raw[(space + 1)..] : raw);
        return new(pod.Metadata.Name, Process(pod), timed ? at : null, text) { Level = LogSeverities.Of(text) };
    }

    private sealed record Reading(Actor Actor, ScopeRef App, Place Place, LogQuery Query, LogFilter Filter);

    private sealed record Place(string Namespace, string Workload, ClusterLink Link);
}
