using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Notifications;

namespace Portal.Web.Endpoints;

/// <summary>Where a team hears of what happens, and what went there.</summary>
internal static class NotificationEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var channels = api.MapGroup("/teams/{team}/channels").WithTags("Notifications");
        channels.MapGet("", (string team, HttpContext http, INotifications use) => Answers.Ok(use.ListAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("ListChannels").Produces<IReadOnlyList<ChannelView>>().RequiresRight(Right.AppView, ScopeLevel.Team);
        channels.MapPost("", (string team, HttpContext http, INotifications use) => RequestBody.WithJsonAsync<NewChannel>(http, async body =>
                (await use.CreateAsync(http.Actor(), team, body.Draft, http.RequestAborted)).Match(
                    made => Results.Created($"/api/v1/teams/{team}/channels/{made.Channel.Id}", new Shown(made.Channel, made.Secret?.Reveal())), Problems.Of)))
            .WithName("CreateChannel").Accepts<NewChannel>("application/json").Produces<Shown>(201).RequiresRight(Right.WebhookManage, ScopeLevel.Team);
        channels.MapPatch("/{channelId:guid}", (string team, Guid channelId, HttpContext http, INotifications use) => RequestBody.WithJsonAsync<Change>(http, body =>
                Answers.Ok(use.EnableAsync(http.Actor(), team, channelId, body.Enabled, http.RequestAborted))))
            .WithName("EnableChannel").Accepts<Change>("application/json").Produces<ChannelView>().RequiresRight(Right.WebhookManage, ScopeLevel.Team);
        channels.MapDelete("/{channelId:guid}", (string team, Guid channelId, HttpContext http, INotifications use) => Answers.Ok(use.DeleteAsync(http.Actor(), team, channelId, http.RequestAborted)))
            .WithName("DeleteChannel").Produces(204).RequiresRight(Right.WebhookManage, ScopeLevel.Team);
        channels.MapPost("/{channelId:guid}/test", (string team, Guid channelId, HttpContext http, INotifications use) => Answers.Accepted(use.TestAsync(http.Actor(), team, channelId, http.RequestAborted)))
            .WithName("TestChannel").Produces<NotificationView>(202).RequiresRight(Right.WebhookManage, ScopeLevel.Team);
        channels.MapGet("/{channelId:guid}/messages", (string team, Guid channelId, int? limit, HttpContext http, INotifications use) =>
                Answers.Ok(use.ListMessagesAsync(http.Actor(), team, channelId, limit ?? 50, http.RequestAborted)))
            .WithName("ListMessages").Produces<IReadOnlyList<NotificationView>>().RequiresRight(Right.AppView, ScopeLevel.Team);
        channels.MapPost("/{channelId:guid}/messages/{messageId:guid}/replay", (string team, Guid channelId, Guid messageId, HttpContext http, INotifications use) =>
                Answers.Accepted(use.ReplayAsync(http.Actor(), team, channelId, messageId, http.RequestAborted)))
            .WithName("ReplayMessage").Produces<NotificationView>(202).RequiresRight(Right.WebhookManage, ScopeLevel.Team);
    }

    internal sealed record NewChannel(string Name, ChannelKind Kind, Sensitive Target, string[] Events, string? Project = null)
    {
        public ChannelDraft Draft => new(Name, Kind, Target, Events, Project);
    }

    internal sealed record Change(bool Enabled);

    /// <summary>The one answer that carries the secret.</summary>
    internal sealed record Shown(ChannelView Channel, string? Secret);
}
