using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Freezes;
using Portal.Core.Members;
using Portal.Core.Previews;
using Portal.Core.Releases;

namespace Portal.Web.Endpoints;

/// <summary>What governs releases of an environment: approvals, freezes, previews.</summary>
internal static class EnvironmentEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var environment = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}").WithTags("Environments");
        environment.MapGet("/approvals", (HttpContext http, IApprovals use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.Environment), http.RequestAborted)))
            .WithName("ListApprovals").Produces<IReadOnlyList<PendingApproval>>().RequiresRight(Right.AppView, ScopeLevel.Environment);

        environment.MapGet("/freezes", (HttpContext http, IFreezes use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.Environment), http.RequestAborted)))
            .WithName("ListFreezes").Produces<IReadOnlyList<FreezeView>>().RequiresRight(Right.AppView, ScopeLevel.Environment);
        environment.MapPost("/freezes", (HttpContext http, IFreezes use) => RequestBody.WithJsonAsync<NewFreeze>(http, body =>
                Answers.Ok(use.AddAsync(http.Actor(), http.Scope(ScopeLevel.Environment), body.Reason, body.From, body.Until, http.RequestAborted))))
            .WithName("AddFreeze").Accepts<NewFreeze>("application/json").Produces<FreezeView>().RequiresRight(Right.ProjectManage, ScopeLevel.Environment);
        environment.MapDelete("/freezes/{id:guid}", (Guid id, HttpContext http, IFreezes use) => Answers.Ok(use.EndAsync(http.Actor(), http.Scope(ScopeLevel.Environment), id, http.RequestAborted)))
            .WithName("EndFreeze").Produces(204).RequiresRight(Right.ProjectManage, ScopeLevel.Environment);

        environment.MapGet("/previews", (HttpContext http, IPreviews use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.Environment), http.RequestAborted)))
            .WithName("ListPreviews").Produces<IReadOnlyList<PreviewView>>().RequiresRight(Right.AppView, ScopeLevel.Environment);
        environment.MapPost("/previews", (HttpContext http, IPreviews use) => RequestBody.WithJsonAsync<PreviewOrder>(http, body =>
                Answers.Accepted(use.OpenAsync(http.Actor(), http.Scope(ScopeLevel.Environment), body, http.RequestAborted))))
            .WithName("OpenPreview").Accepts<PreviewOrder>("application/json").Produces<PreviewView>(202).RequiresRight(Right.Deploy, ScopeLevel.Environment);
        // The key is a branch and may hold slashes, hence not part of the path.
        environment.MapPost("/previews/close", (HttpContext http, IPreviews use) => RequestBody.WithJsonAsync<ClosedPreview>(http, body =>
                Answers.Accepted(use.CloseAsync(http.Actor(), http.Scope(ScopeLevel.Environment), body.Key, http.RequestAborted))))
            .WithName("ClosePreview").Accepts<ClosedPreview>("application/json").Produces(202).RequiresRight(Right.Deploy, ScopeLevel.Environment);
    }

    internal sealed record NewFreeze(string Reason, DateTimeOffset Until, DateTimeOffset? From = null);

    internal sealed record ClosedPreview(string Key);
}
