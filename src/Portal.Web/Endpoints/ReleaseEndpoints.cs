using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Releases;

namespace Portal.Web.Endpoints;

/// <summary>Releases of an app.</summary>
internal static class ReleaseEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var app = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}/apps/{app}").WithTags("Releases");
        app.MapGet("/releases", (int? limit, HttpContext http, IReleases use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.App), limit ?? 50, http.RequestAborted)))
            .WithName("ListReleases").Produces<IReadOnlyList<ReleaseView>>().RequiresRight(Right.AppView, ScopeLevel.App);
        app.MapGet("/releases/{number:int}", (int number, HttpContext http, IReleases use) => Answers.Ok(use.GetAsync(http.Actor(), http.Scope(ScopeLevel.App), number, http.RequestAborted)))
            .WithName("GetRelease").Produces<ReleaseView>().RequiresRight(Right.AppView, ScopeLevel.App);
        app.MapGet("/releases/{from:int}/diff/{to:int}", (int from, int to, HttpContext http, IReleases use) =>
                Answers.Ok(use.DiffAsync(http.Actor(), http.Scope(ScopeLevel.App), from, to, http.RequestAborted)))
            .WithName("DiffReleases").Produces<IReadOnlyList<FieldChange>>().RequiresRight(Right.AppView, ScopeLevel.App);
        app.MapPost("/releases/{number:int}/cancel", (int number, HttpContext http, IReleases use) => Answers.Ok(use.CancelAsync(http.Actor(), http.Scope(ScopeLevel.App), number, http.RequestAborted)))
            .WithName("CancelRollout").Produces<ReleaseView>().RequiresRight(Right.Deploy, ScopeLevel.App);
        app.MapGet("/releases/{number:int}/plan", async (int number, HttpContext http, IReleases use) =>
                (await use.PlanAsync(http.Actor(), http.Scope(ScopeLevel.App), number, http.RequestAborted)).Match(plan => Results.Ok(PlanResource.Of(plan)), Problems.Of))
            .WithName("GetReleasePlan").Produces<PlanResource>().RequiresRight(Right.AppView, ScopeLevel.App);
        app.MapPost("/releases/{number:int}/approve", (int number, HttpContext http, IApprovals use) => Answers.Ok(use.ApproveAsync(http.Actor(), http.Scope(ScopeLevel.App), number, http.RequestAborted)))
            .WithName("ApproveRelease").Produces<ReleaseView>().RequiresRight(Right.Approve, ScopeLevel.App);
        app.MapPost("/releases/{number:int}/reject", (int number, HttpContext http, IApprovals use) => RequestBody.WithJsonAsync<Rejection>(http, body =>
                Answers.Ok(use.RejectAsync(http.Actor(), http.Scope(ScopeLevel.App), number, body.Reason, http.RequestAborted))))
            .WithName("RejectRelease").Accepts<Rejection>("application/json").Produces<ReleaseView>().RequiresRight(Right.Approve, ScopeLevel.App);
        // The app need not exist yet: the right is asked for in the environment.
        app.MapPost("/promote", (string app, HttpContext http, IPromotions use) => RequestBody.WithJsonAsync<Promotion>(http, body =>
                Answers.Accepted(use.PromoteAsync(http.Actor(), http.Scope(ScopeLevel.Environment), app, body.From, body.Release, http.RequestAborted))))
            .WithName("PromoteRelease").Accepts<Promotion>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.Deploy, ScopeLevel.Environment);
        app.MapPost("/rollback", (HttpContext http, IReleases use) => RequestBody.WithJsonAsync<Rollback>(http, body =>
                Answers.Accepted(use.RollBackAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Release, http.RequestAborted))))
            .WithName("RollBack").Accepts<Rollback>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.Deploy, ScopeLevel.App);
    }

    internal sealed record Rollback(int Release);

    internal sealed record Rejection(string? Reason = null);

    internal sealed record Promotion(string From, int? Release = null);
}
