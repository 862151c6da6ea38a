using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Apps;
using Portal.Core.Clusters;
using Portal.Core.Members;

namespace Portal.Web.Endpoints;

/// <summary>Clusters by kubeconfig: a team's own under the team, the platform's by themselves. No answer holds a kubeconfig.</summary>
internal static class ClusterEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var ofTeam = api.MapGroup("/teams/{team}/clusters").WithTags("Clusters");
        ofTeam.MapGet("", (string team, HttpContext http, IClusters use) => Answers.Ok(use.ListAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("ListTeamClusters").Produces<IReadOnlyList<ClusterView>>().RequiresRight(Right.AppView, ScopeLevel.Team);
        ofTeam.MapPost("", (string team, HttpContext http, IClusters use) => RequestBody.WithJsonAsync<NewCluster>(http, body =>
                Answers.Created(use.AddAsync(http.Actor(), team, body.Draft, http.RequestAborted), made => $"/api/v1/teams/{team}/clusters/{made.Name}")))
            .WithName("AddTeamCluster").Accepts<NewCluster>("application/json").Produces<ClusterView>(201).RequiresRight(Right.ClusterManage, ScopeLevel.Team);
        ofTeam.MapGet("/{cluster}", (string team, string cluster, HttpContext http, IClusters use) => Answers.Ok(use.GetAsync(http.Actor(), team, cluster, http.RequestAborted)))
            .WithName("GetTeamCluster").Produces<ClusterView>().RequiresRight(Right.AppView, ScopeLevel.Team);
        ofTeam.MapPatch("/{cluster}", (string team, string cluster, HttpContext http, IClusters use) => RequestBody.WithJsonAsync<Renamed>(http, body =>
                Answers.Ok(use.RenameAsync(http.Actor(), team, cluster, body.Name, http.RequestAborted))))
            .WithName("RenameTeamCluster").Accepts<Renamed>("application/json").Produces<ClusterView>().RequiresRight(Right.ClusterManage, ScopeLevel.Team);
        ofTeam.MapPut("/{cluster}/kubeconfig", (string team, string cluster, HttpContext http, IClusters use) => RequestBody.WithJsonAsync<Replaced>(http, body =>
                Answers.Ok(use.ReplaceAsync(http.Actor(), team, cluster, new(body.Kubeconfig), body.Context, http.RequestAborted))))
            .WithName("ReplaceTeamKubeconfig").Accepts<Replaced>("application/json").Produces<ClusterView>().RequiresRight(Right.ClusterManage, ScopeLevel.Team);
        ofTeam.MapPost("/{cluster}/check", (string team, string cluster, HttpContext http, IClusters use) => Answers.Ok(use.CheckAsync(http.Actor(), team, cluster, http.RequestAborted)))
            .WithName("CheckTeamCluster").Produces<ClusterView>().RequiresRight(Right.ClusterManage, ScopeLevel.Team);
        ofTeam.MapDelete("/{cluster}", (string team, string cluster, HttpContext http, IClusters use) => Answers.Ok(use.RemoveAsync(http.Actor(), team, cluster, http.RequestAborted)))
            .WithName("RemoveTeamCluster").Produces(204).RequiresRight(Right.ClusterManage, ScopeLevel.Team);

        var ofPlatform = api.MapGroup("/clusters").WithTags("Clusters");
        ofPlatform.MapGet("", (HttpContext http, IClusters use) => Answers.Ok(use.ListAsync(http.Actor(), null, http.RequestAborted)))
            .WithName("ListClusters").Produces<IReadOnlyList<ClusterView>>().RequiresRight(Right.ClusterManage, ScopeLevel.Platform);
        ofPlatform.MapPost("", (HttpContext http, IClusters use) => RequestBody.WithJsonAsync<NewCluster>(http, body =>
                Answers.Created(use.AddAsync(http.Actor(), null, body.Draft, http.RequestAborted), made => $"/api/v1/clusters/{made.Name}")))
            .WithName("AddCluster").Accepts<NewCluster>("application/json").Produces<ClusterView>(201).RequiresRight(Right.ClusterManage, ScopeLevel.Platform);
        ofPlatform.MapGet("/{cluster}", (string cluster, HttpContext http, IClusters use) => Answers.Ok(use.GetAsync(http.Actor(), null, cluster, http.RequestAborted)))
            .WithName("GetCluster").Produces<ClusterView>().RequiresRight(Right.ClusterManage, ScopeLevel.Platform);
        ofPlatform.MapPatch("/{cluster}", (string cluster, HttpContext http, IClusters use) => RequestBody.WithJsonAsync<Renamed>(http, body =>
                Answers.Ok(use.RenameAsync(http.Actor(), null, cluster, body.Name, http.RequestAborted))))
            .WithName("RenameCluster").Accepts<Renamed>("application/json").Produces<ClusterView>().RequiresRight(Right.ClusterManage, ScopeLevel.Platform);
        ofPlatform.MapPut("/{cluster}/kubeconfig", (string cluster, HttpContext http, IClusters use) => RequestBody.WithJsonAsync<Replaced>(http, body =>
                Answers.Ok(use.ReplaceAsync(http.Actor(), null, cluster, new(body.Kubeconfig), body.Context, http.RequestAborted))))
            .WithName("ReplaceKubeconfig").Accepts<Replaced>("application/json").Produces<ClusterView>().RequiresRight(Right.ClusterManage, ScopeLevel.Platform);
        ofPlatform.MapPost("/{cluster}/check", (string cluster, HttpContext http, IClusters use) => Answers.Ok(use.CheckAsync(http.Actor(), null, cluster, http.RequestAborted)))
            .WithName("CheckCluster").Produces<ClusterView>().RequiresRight(Right.ClusterManage, ScopeLevel.Platform);
        ofPlatform.MapDelete("/{cluster}", (string cluster, HttpContext http, IClusters use) => Answers.Ok(use.RemoveAsync(http.Actor(), null, cluster, http.RequestAborted)))
            .WithName("RemoveCluster").Produces(204).RequiresRight(Right.ClusterManage, ScopeLevel.Platform);
    }

    /// <summary>The kubeconfig as YAML or JSON text.</summary>
    internal sealed record NewCluster(string Name, string Kubeconfig, string? Context = null, string? IngressClass = null)
    {
        internal ClusterDraft Draft => new(Name, new Sensitive(Kubeconfig), Context, IngressClass);
    }

    internal sealed record Renamed(string Name);

    /// <summary>Another kubeconfig in place of the former.</summary>
    internal sealed record Replaced(string Kubeconfig, string? Context = null);
}
