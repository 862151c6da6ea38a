using System.Globalization;
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

/// <summary>
/// Logs of an app: as server-sent events (<c>line</c>, and <c>gap</c> where lines are missing; the id of an event is its time) or as text, to read or to download.
/// A stream ends when the server stops, the right is gone, or the session or token of the reader has ended.
/// </summary>
internal static class LogEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var logs = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}/apps/{app}/logs").WithTags("Logs");
        logs.MapGet("", ReadAsync).WithName("ReadLogs").Produces<string>(200, "text/plain", "text/event-stream").RequiresRight(Right.LogsRead, ScopeLevel.App).EndsWithIdentity();
        logs.MapGet("/protection", (HttpContext http, ILogs use) => Answers.Ok(use.ProtectionAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)))
            .WithName("GetLogProtection").Produces<LogProtection>().RequiresRight(Right.LogsRead, ScopeLevel.App);
    }

    private static async Task<IResult> ReadAsync(HttpContext http, ILogs use, IHostApplicationLifetime lifetime, [AsParameters] Parameters given)
    {
        var lines = await use.ReadAsync(http.Actor(), http.Scope(ScopeLevel.App), given.Query, http.RequestAborted);
        if (!lines.IsOk) return Problems.Of(lines.Error);
        http.Response.Headers.CacheControl = "no-store";
        if (http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
            return TypedResults.ServerSentEvents(Events(lines.Value, lifetime.ApplicationStopping));
        var app = (string)http.GetRouteValue("app")!;
        if (given.Download == true) http.Response.Headers.ContentDisposition = $"attachment; filename=\"{app}.log\"";
        return Results.Stream(stream => WriteAsync(stream, lines.Value, given.Timestamps ?? given.Download ?? false, given.Instance is null, lifetime.ApplicationStopping), "text/plain; charset=utf-8");
    }

    private static async Task WriteAsync(Stream stream, IAsyncEnumerable<LogLine> lines, bool withTime, bool withInstance, CancellationToken stopping)
    {
        // Headers first, so that a follower of a silent app sees that it is connected.
        await stream.FlushAsync(stopping);
        try
        {
            await foreach (var line in lines.WithCancellation(stopping))
            {
                var time = withTime && line.At is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z '", CultureInfo.InvariantCulture) : "";
                var text = line.Gap ? $"{time}-- {line.Text} --\n" : $"{time}{(withInstance ? line.Instance + " " : "")}{line.Text}\n";
                await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stopping);
                await stream.FlushAsync(stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away or the server stops: either way the stream is over.
        }
    }

    private static async IAsyncEnumerable<SseItem<LogLine>> Events(IAsyncEnumerable<LogLine> lines, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        await foreach (var line in lines.WithCancellation(either.Token)) yield return new SseItem<LogLine>(line, line.Gap ? "gap" : "line");
    }

    /// <summary>The query of a reading.</summary>
    internal sealed record Parameters(
        string? Instance, string? Process, int? Tail, bool? Follow, bool? Previous, string? Search, bool? Pattern, bool? MatchCase, LogSeverity? Level, DateTimeOffset? Since, DateTimeOffset? Until,
        bool? Timestamps, bool? Download)
    {
        public LogQuery Query => new()
        {
            Instance = Instance,
            Process = Process,
            Tail = Tail ?? 200,
            Follow = Follow ?? false,
            Previous = Previous ?? false,
            Search = Search,
            Pattern = Pattern ?? false,
            MatchCase = MatchCase ?? false,
            Level = Level,
            Since = Since,
            Until = Until,
        };
    }
}
