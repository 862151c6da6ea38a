using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Metrics;

namespace Portal.Web.Endpoints;

/// <summary>What an app uses and serves.</summary>
internal static class MetricsEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/teams/{team}/projects/{project}/environments/{environment}/apps/{app}/metrics", (int? minutes, bool? compare, HttpContext http, IMetrics use) =>
                Answers.Ok(use.ReadAsync(http.Actor(), http.Scope(ScopeLevel.App), TimeSpan.FromMinutes(minutes ?? 60), compare ?? false, http.RequestAborted)))
            .WithName("GetMetrics").WithTags("Metrics").Produces<MetricsView>().RequiresRight(Right.MetricsRead, ScopeLevel.App);
}
