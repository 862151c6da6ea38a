using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Portal.Core.Members;
using Portal.Core.Observe;

namespace Portal.Web.Endpoints;

/// <summary>Instances and the live view. Streams end when the server stops, the right is gone, or the session or token of the reader has ended.</summary>
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
    }

    private static async IAsyncEnumerable<SseItem<T>> Events<T>(IAsyncEnumerable<T> items, string type, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        await foreach (var item in items.WithCancellation(either.Token)) yield return new SseItem<T>(item, type);
    }

    private static bool WantsEvents(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
}
