using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Placements;

namespace Portal.Web.Endpoints;

/// <summary>Why an app or instance is as it is, and what would follow if nodes or numbers of instances were others.</summary>
internal static class PlacementEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var environment = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}").WithTags("Placement");
        environment.MapPost("/what-if", (HttpContext http, IPlacements use) => RequestBody.WithJsonAsync<WhatIf>(http, body =>
                Answers.Ok(use.WhatIfAsync(http.Actor(), http.Scope(ScopeLevel.Environment), body, http.RequestAborted))))
            .WithName("WhatIf").Accepts<WhatIf>("application/json").Produces<WhatIfView>().RequiresRight(Right.Plan, ScopeLevel.Environment);
        environment.MapGet("/apps/{app}/explanation", (HttpContext http, IPlacements use, string? instance) =>
                Answers.Ok(use.ExplainAsync(http.Actor(), http.Scope(ScopeLevel.App), instance, http.RequestAborted)))
            .WithName("ExplainApp").Produces<Explanation>().RequiresRight(Right.AppView, ScopeLevel.App);
    }
}
