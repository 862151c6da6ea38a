using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Volumes;

namespace Portal.Web.Endpoints;

/// <summary>The volumes of an environment.</summary>
internal static class VolumeEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var volumes = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}/volumes").WithTags("Volumes");
        volumes.MapGet("", (HttpContext http, IVolumes use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.Environment), http.RequestAborted)))
            .WithName("ListVolumes").Produces<IReadOnlyList<VolumeView>>().RequiresRight(Right.AppView, ScopeLevel.Environment);
        volumes.MapDelete("/{id:guid}", (Guid id, HttpContext http, IVolumes use) => Answers.Accepted(use.DeleteAsync(http.Actor(), http.Scope(ScopeLevel.Environment), id, http.RequestAborted)))
            .WithName("DeleteVolume").Produces(202).RequiresRight(Right.VolumeDelete, ScopeLevel.Environment);
    }
}
