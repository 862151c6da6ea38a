using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Deliveries;
using Portal.Core.Members;

namespace Portal.Web.Endpoints;

/// <summary>Webhook endpoints of an app and what was delivered to them.</summary>
internal static class WebhookEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var webhooks = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}/apps/{app}/webhooks").WithTags("Webhooks");
        webhooks.MapGet("", (HttpContext http, IWebhookEndpoints use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)))
            .WithName("ListWebhooks").Produces<IReadOnlyList<WebhookEndpointView>>().RequiresRight(Right.AppView, ScopeLevel.App);
        webhooks.MapPost("", (HttpContext http, IWebhookEndpoints use) => RequestBody.WithJsonAsync<NewWebhook>(http, async body =>
                (await use.CreateAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Description, http.RequestAborted)).Match(made => Results.Created($"/hooks/{made.Endpoint.Id}", Shown.Of(made)), Problems.Of)))
            .WithName("CreateWebhook").Accepts<NewWebhook>("application/json").Produces<Shown>(201).RequiresRight(Right.WebhookManage, ScopeLevel.App);
        webhooks.MapPost("/{endpointId}/rotate", async (string endpointId, HttpContext http, IWebhookEndpoints use) =>
                (await use.RotateAsync(http.Actor(), http.Scope(ScopeLevel.App), endpointId, http.RequestAborted)).Match(made => Results.Ok(Shown.Of(made)), Problems.Of))
            .WithName("RotateWebhook").Produces<Shown>().RequiresRight(Right.WebhookManage, ScopeLevel.App);
        webhooks.MapDelete("/{endpointId}", (string endpointId, HttpContext http, IWebhookEndpoints use) =>
                Answers.Ok(use.DeleteAsync(http.Actor(), http.Scope(ScopeLevel.App), endpointId, http.RequestAborted)))
            .WithName("DeleteWebhook").Produces(204).RequiresRight(Right.WebhookManage, ScopeLevel.App);
        webhooks.MapGet("/{endpointId}/deliveries", (string endpointId, int? limit, HttpContext http, IWebhookEndpoints use) =>
                Answers.Ok(use.ListDeliveriesAsync(http.Actor(), http.Scope(ScopeLevel.App), endpointId, limit ?? 50, http.RequestAborted)))
            .WithName("ListDeliveries").Produces<IReadOnlyList<DeliveryView>>().RequiresRight(Right.AppView, ScopeLevel.App);
    }

    internal sealed record NewWebhook(string Description = "");

    /// <summary>The one answer that carries the secret.</summary>
    internal sealed record Shown(string Id, string Path, string Description, string Secret)
    {
        public static Shown Of(WebhookSecret made) => new(made.Endpoint.Id, $"/hooks/{made.Endpoint.Id}", made.Endpoint.Description, made.Secret.Reveal());
    }
}
