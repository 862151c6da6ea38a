using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Portal.Core.Members;
using Portal.Core.Observe;

namespace Portal.Web.Endpoints;

/// <summary>Instances, the live view and logs. Streams end when the server stops, the right is gone, or the session or token of the reader has ended.</summary>
internal static class LiveEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var app = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}/apps/{app}").WithTags("Live");
        app.MapGet("/instances", async (HttpContext http, IAppObserver use) =>
                (await use.GetAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)).Match(live => Results.Ok(live.Instances), Problems.Of))
            .WithName("ListInstances").Produces<IReadOnlyList<InstanceView>>().RequiresRight(Right.AppView, ScopeLevel.App);
        app.MapGet("/live", async (HttpContext http, IAppObserver use, IHostApplicationLifetime lifetime) =>
            {
                if (!WantsEvents(http)) return await Answers.Ok(use.GetAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted));
                var live = await use.WatchAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted);
                return live.IsOk ? TypedResults.ServerSentEvents(Events(live.Value, "snapshot", lifetime.ApplicationStopping)) : Problems.Of(live.Error);
            })
            .WithName("GetLive").Produces<AppSnapshot>(200, "application/json", "text/event-stream").RequiresRight(Right.AppView, ScopeLevel.App).EndsWithIdentity();
        app.MapGet("/logs", LogsAsync).WithName("ReadLogs").Produces<string>(200, "text/plain", "text/event-stream").RequiresRight(Right.LogsRead, ScopeLevel.App).EndsWithIdentity();
    }

    private static async Task<IResult> LogsAsync(HttpContext http, ILogs use, IHostApplicationLifetime lifetime, string? instance, string? process, int? tail, bool? follow, bool? previous)
    {
        var query = new LogQuery { Instance = instance, Process = process, Tail = tail ?? 200, Follow = follow ?? false, Previous = previous ?? false };
        var lines = await use.ReadAsync(http.Actor(), http.Scope(ScopeLevel.App), query, http.RequestAborted);
        if (!lines.IsOk) return Problems.Of(lines.Error);
        http.Response.Headers.CacheControl = "no-store";
        if (WantsEvents(http)) return TypedResults.ServerSentEvents(Events(lines.Value, "line", lifetime.ApplicationStopping));
        return Results.Stream(stream => WriteAsync(stream, lines.Value, instance is null, lifetime.ApplicationStopping), "text/plain; charset=utf-8");
    }

    private static async Task WriteAsync(Stream stream, IAsyncEnumerable<LogLine> lines, bool withInstance, CancellationToken stopping)
    {
        // Headers first, so that a follower of a silent app sees that it is connected.
        await stream.FlushAsync(stopping);
        try
        {
            await foreach (var line in lines.WithCancellation(stopping))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(withInstance ? $"{line.Instance} {line.Text}\n" : $"{line.Text}\n"), stopping);
                await stream.FlushAsync(stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away or the server stops: either way the stream is over.
        }
    }

    private static async IAsyncEnumerable<SseItem<T>> Events<T>(IAsyncEnumerable<T> items, string type, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        await foreach (var item in items.WithCancellation(either.Token)) yield return new SseItem<T>(item, type);
    }

    private static bool WantsEvents(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
}
