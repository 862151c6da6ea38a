using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Web.Endpoints;

/// <summary>Projects and environments.</summary>
internal static class ProjectEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var projects = api.MapGroup("/teams/{team}/projects").WithTags("Projects");
        projects.MapGet("", (string team, HttpContext http, IProjects use) => Answers.Ok(use.ListAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("ListProjects").Produces<IReadOnlyList<ProjectView>>().RequiresRight(Right.AppView, ScopeLevel.Team);
        projects.MapPost("", (string team, HttpContext http, IProjects use) => RequestBody.WithJsonAsync<NewProject>(http, body =>
                Answers.Created(use.CreateAsync(http.Actor(), team, body.Name, http.RequestAborted), project => $"/api/v1/teams/{team}/projects/{project.Name}")))
            .WithName("CreateProject").Accepts<NewProject>("application/json").Produces<ProjectView>(201).RequiresRight(Right.ProjectManage, ScopeLevel.Team);
        projects.MapGet("/{project}", (string team, string project, HttpContext http, IProjects use) => Answers.Ok(use.GetAsync(http.Actor(), team, project, http.RequestAborted)))
            .WithName("GetProject").Produces<ProjectView>().RequiresRight(Right.AppView, ScopeLevel.Project);
        projects.MapDelete("/{project}", (string team, string project, HttpContext http, IProjects use) => Answers.Accepted(use.DeleteAsync(http.Actor(), team, project, http.RequestAborted)))
            .WithName("DeleteProject").Produces(202).RequiresRight(Right.AppDelete, ScopeLevel.Project);

        var environments = projects.MapGroup("/{project}/environments").WithTags("Environments");
        environments.MapGet("", (string team, string project, HttpContext http, IEnvironments use) => Answers.Ok(use.ListAsync(http.Actor(), team, project, http.RequestAborted)))
            .WithName("ListEnvironments").Produces<IReadOnlyList<EnvironmentView>>().RequiresRight(Right.AppView, ScopeLevel.Project);
        environments.MapPost("", (string team, string project, HttpContext http, IEnvironments use) => RequestBody.WithJsonAsync<NewEnvironment>(http, body =>
                Answers.Created(
                    use.CreateAsync(http.Actor(), team, project, body.Name, body.Protected, body.Cluster, http.RequestAborted),
                    environment => $"/api/v1/teams/{team}/projects/{project}/environments/{environment.Name}")))
            .WithName("CreateEnvironment").Accepts<NewEnvironment>("application/json").Produces<EnvironmentView>(201).RequiresRight(Right.ProjectManage, ScopeLevel.Project);
        environments.MapGet("/{environment}", (HttpContext http, IEnvironments use) => Answers.Ok(use.GetAsync(http.Actor(), http.Scope(ScopeLevel.Environment), http.RequestAborted)))
            .WithName("GetEnvironment").Produces<EnvironmentView>().RequiresRight(Right.AppView, ScopeLevel.Environment);
        environments.MapPatch("/{environment}", (HttpContext http, IEnvironments use) => RequestBody.WithJsonAsync<EnvironmentChange>(http, body =>
                Answers.Ok(ChangeAsync(use, http, body))))
            .WithName("ProtectEnvironment").Accepts<EnvironmentChange>("application/json").Produces<EnvironmentView>().RequiresRight(Right.ProjectManage, ScopeLevel.Environment);
        environments.MapDelete("/{environment}", (HttpContext http, IEnvironments use) => Answers.Accepted(use.DeleteAsync(http.Actor(), http.Scope(ScopeLevel.Environment), http.RequestAborted)))
            .WithName("DeleteEnvironment").Produces(202).RequiresRight(Right.AppDelete, ScopeLevel.Environment);
    }

    private static async Task<Result<EnvironmentView>> ChangeAsync(IEnvironments use, HttpContext http, EnvironmentChange change)
    {
        var (actor, scope) = (http.Actor(), http.Scope(ScopeLevel.Environment));
        Result<EnvironmentView>? result = null;
        if (change.Protected is { } isProtected) result = await use.ProtectAsync(actor, scope, isProtected, http.RequestAborted);
        if (change.Approvals is { } asks && result is not { IsOk: false }) result = await use.AskApprovalsAsync(actor, scope, asks, http.RequestAborted);
        return result ?? Error.Invalid("", "Say what is to change: protected or approvals.");
    }

    internal sealed record NewProject(string Name);

    /// <summary>The cluster is chosen for good; none is the embedded engine.</summary>
    internal sealed record NewEnvironment(string Name, bool Protected = false, string? Cluster = null);

    /// <summary>What is left out stays; protection first, since it turns approvals on.</summary>
    internal sealed record EnvironmentChange(bool? Protected = null, bool? Approvals = null);
}
