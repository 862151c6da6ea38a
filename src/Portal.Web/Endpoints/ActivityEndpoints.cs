using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Activity;
using Portal.Core.Members;

namespace Portal.Web.Endpoints;

/// <summary>What happened in a project.</summary>
internal static class ActivityEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/teams/{team}/projects/{project}/activity", (string team, string project, int? limit, DateTimeOffset? before, HttpContext http, IActivity use) =>
                Answers.Ok(use.ListAsync(http.Actor(), team, project, limit ?? 50, before, http.RequestAborted)))
            .WithName("ListActivity").WithTags("Activity").Produces<IReadOnlyList<ActivityItem>>().RequiresRight(Right.AppView, ScopeLevel.Project);
}
