using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Observe;

/// <summary>Reads logs through the Kubernetes API: one stream an instance, merged; instances that appear later join while following.</summary>
internal sealed class LogReader(IAuthorizer authorizer, ITenantDbContextFactory contexts, ClusterCache cache, ChangeFeed changes, IKubernetes client, TimeProvider clock) : ILogs
{
    // A right that is gone must end a stream within five seconds, the pause for bursts and the asking included.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(3);

    public Task<Result<IAsyncEnumerable<LogLine>>> ReadAsync(Actor actor, ScopeRef app, LogQuery query, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync<IAsyncEnumerable<LogLine>>(async () =>
        {
            ArgumentNullException.ThrowIfNull(app);
            ArgumentNullException.ThrowIfNull(query);
            if (app.App is null) throw new ArgumentException("The scope names no app.", nameof(app));
            var access = await authorizer.AuthorizeAsync(actor, Right.LogsRead, app, cancellationToken);
            if (!access.IsOk) return access.Error;
            if (query.Tail is < 0 or > 10_000) return Error.Invalid("tail", "Must be from 0 to 10000.");
            if (query is { Follow: true, Previous: true }) return Error.Invalid("previous", "What a container wrote before it died cannot be followed.");
            await using var db = await contexts.CreateAsync(access.Value.Tenant, cancellationToken);
            var ns = await db.Environments.Where(e => e.Id == access.Value.EnvironmentId).Select(e => e.Namespace).SingleAsync(cancellationToken);
            if (!cache.Pods.HasSynced) return Error.Unavailable("The cluster has not been heard of yet.");
            if (query.Instance is not null && !Pods(ns, app.App, query).Any()) return Error.NotFound("instance");
            return Result<IAsyncEnumerable<LogLine>>.Ok(Stream(actor, app, ns, query, cancellationToken));
        });

    private IEnumerable<V1Pod> Pods(string ns, string app, LogQuery query) => cache.Pods.In(ns).Values.Where(pod =>
        pod.Metadata.Labels.TryGetValue(Labels.App, out var owner) && owner == app
        && (query.Instance is null || pod.Metadata.Name == query.Instance)
        && (query.Process is null || (pod.Metadata.Labels.TryGetValue(Labels.Process, out var process) && process == query.Process)));

    private async IAsyncEnumerable<LogLine> Stream(
        Actor actor, ScopeRef app, string ns, LogQuery query, CancellationToken outer, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(outer, cancellationToken);
        // Bounded: a reader that is slower than the app slows the reading, not the memory.
        var lines = Channel.CreateBounded<LogLine>(1000);
        var pump = PumpAsync(actor, app, ns, query, lines.Writer, either.Token);
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

    private async Task PumpAsync(Actor actor, ScopeRef app, string ns, LogQuery query, ChannelWriter<LogLine> lines, CancellationToken cancellationToken)
    {
        var readers = new ConcurrentDictionary<string, Task>(StringComparer.Ordinal);
        using var granted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            do
            {
                var changed = changes.In(ns);
                foreach (var pod in Pods(ns, app.App!, query))
                {
                    if (pod.Spec?.NodeName is not null && pod.Status?.ContainerStatuses is { Count: > 0 })
                        _ = readers.GetOrAdd(pod.Metadata.Uid ?? pod.Metadata.Name, _ => ReadPodAsync(pod, ns, query, lines, granted.Token));
                }

                if (!query.Follow) break;
                await Task.WhenAny(changed, Task.Delay(Recheck, clock, granted.Token));
                if (!(await authorizer.AuthorizeAsync(actor, Right.LogsRead, app, granted.Token)).IsOk) break;
                // A pod is a burst of changes; one look a second is soon enough for a reader.
                await Task.Delay(TimeSpan.FromSeconds(1), clock, granted.Token);
            }
            while (true);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The reader went away.
        }
        finally
        {
            if (query.Follow) await granted.CancelAsync();
            await Task.WhenAll(readers.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lines.TryComplete();
        }
    }

    private async Task ReadPodAsync(V1Pod pod, string ns, LogQuery query, ChannelWriter<LogLine> lines, CancellationToken cancellationToken)
    {
        var (name, process) = (pod.Metadata.Name, pod.Metadata.Labels.TryGetValue(Labels.Process, out var label) ? label : "");
        DateTimeOffset? last = null;
        while (true)
        {
            try
            {
                // After an interruption: everything since the last line, whose own second may come again and is skipped by its time.
                var since = last is { } seen ? (int?)Math.Max(1, Math.Ceiling((clock.GetUtcNow() - seen).TotalSeconds) + 1) : null;
                await using var stream = await client.CoreV1.ReadNamespacedPodLogAsync(
                    name, ns, container: pod.Spec.Containers[0].Name, follow: query.Follow, previous: query.Previous, timestamps: true,
                    tailLines: last is null ? query.Tail : null, sinceSeconds: since, cancellationToken: cancellationToken);
                using var reader = new StreamReader(stream, Encoding.UTF8);
                while (await BoundedLines.ReadAsync(reader, cancellationToken) is { } raw)
                {
                    var line = Parse(name, process, raw);
                    if (line.At is not null && line.At <= last) continue;
                    last = line.At ?? last;
                    await lines.WriteAsync(line, cancellationToken);
                }
            }
            catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException)
            {
                if (!query.Follow) await lines.WriteAsync(new(name, process, clock.GetUtcNow(), "[the logs of this instance cannot be read now]"), cancellationToken);
            }

            if (!query.Follow || !cache.Pods.In(ns).TryGetValue(name, out var present) || present.Metadata.Uid != pod.Metadata.Uid) return;
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        }
    }

    // 2026-01-02T03:04:05.678901234Z text
    private static LogLine Parse(string instance, string process, string raw)
    {
        var space = raw.IndexOf(' ');
        return space > 0 && DateTimeOffset.TryParse(raw.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? new(instance, process, at, LogText.Clean(raw[(space + 1)..]))
            : new(instance, process, null, LogText.Clean(raw));
    }
}
