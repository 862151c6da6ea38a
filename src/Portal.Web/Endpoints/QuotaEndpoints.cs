using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Quotas;

namespace Portal.Web.Endpoints;

/// <summary>Quotas of teams and projects. What the platform's quota managers do is refused to everybody else by the use case: it is no team's right.</summary>
internal static class QuotaEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var quotas = api.MapGroup("").WithTags("Quotas");
        quotas.MapGet("/teams/{team}/quota", (string team, HttpContext http, IQuotas use) => Answers.Ok(use.GetAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("GetQuota").Produces<QuotaView>().RequiresRight(Right.AppView, ScopeLevel.Team);
        quotas.MapPost("/teams/{team}/quota/requests", (string team, HttpContext http, IQuotas use) => RequestBody.WithJsonAsync<NewRequest>(http, body =>
                Answers.Ok(use.RequestAsync(http.Actor(), team, body.Wanted, body.Reason, http.RequestAborted))))
            .WithName("RequestQuota").Accepts<NewRequest>("application/json").Produces<QuotaRequest>().RequiresRight(Right.QuotaRequest, ScopeLevel.Team);
        quotas.MapPut("/teams/{team}/projects/{project}/quota", (string team, string project, HttpContext http, IQuotas use) => RequestBody.WithJsonAsync<QuotaAmounts>(http, body =>
                Answers.Ok(use.SetProjectAsync(http.Actor(), team, project, body, http.RequestAborted))))
            .WithName("SetProjectQuota").Accepts<QuotaAmounts>("application/json").Produces(204).RequiresRight(Right.QuotaRequest, ScopeLevel.Project);
        quotas.MapDelete("/teams/{team}/projects/{project}/quota", (string team, string project, HttpContext http, IQuotas use) =>
                Answers.Ok(use.SetProjectAsync(http.Actor(), team, project, null, http.RequestAborted)))
            .WithName("RemoveProjectQuota").Produces(204).RequiresRight(Right.QuotaRequest, ScopeLevel.Project);

        quotas.MapGet("/platform/quota-requests", (HttpContext http, IQuotas use) => Answers.Ok(use.ListRequestsAsync(http.Actor(), http.RequestAborted)))
            .WithName("ListQuotaRequests").Produces<IReadOnlyList<QuotaRequest>>().RequiresRight(Right.Account, ScopeLevel.Account);
        quotas.MapPost("/platform/quota-requests/{id:guid}/grant", (Guid id, HttpContext http, IQuotas use) => Answers.Ok(use.DecideAsync(http.Actor(), id, true, http.RequestAborted)))
            .WithName("GrantQuota").Produces<QuotaRequest>().RequiresRight(Right.Account, ScopeLevel.Account);
        quotas.MapPost("/platform/quota-requests/{id:guid}/deny", (Guid id, HttpContext http, IQuotas use) => Answers.Ok(use.DecideAsync(http.Actor(), id, false, http.RequestAborted)))
            .WithName("DenyQuota").Produces<QuotaRequest>().RequiresRight(Right.Account, ScopeLevel.Account);
        quotas.MapPut("/platform/teams/{team}/quota", (string team, HttpContext http, IQuotas use) => RequestBody.WithJsonAsync<QuotaAmounts>(http, body =>
                Answers.Ok(use.SetAsync(http.Actor(), team, body, http.RequestAborted))))
            .WithName("SetQuota").Accepts<QuotaAmounts>("application/json").Produces<QuotaAmounts>().RequiresRight(Right.Account, ScopeLevel.Account);
    }

    internal sealed record NewRequest(QuotaAmounts Wanted, string Reason);
}
