using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Nodes;

namespace Portal.Web.Endpoints;

/// <summary>Nodes, for operators of the platform.</summary>
internal static class NodeEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var nodes = api.MapGroup("/nodes").WithTags("Nodes");
        nodes.MapGet("", (HttpContext http, INodes use) => Answers.Ok(use.ListAsync(http.Actor(), http.RequestAborted)))
            .WithName("ListNodes").Produces<IReadOnlyList<NodeView>>().RequiresRight(Right.NodeManage, ScopeLevel.Platform);
        nodes.MapPost("/invitations", (HttpContext http, INodes use) => RequestBody.WithJsonAsync<Lifetime>(http, async body =>
            {
                http.Response.Headers.CacheControl = "no-store";
                return (await use.InviteAsync(http.Actor(), TimeSpan.FromHours(body.Hours), http.RequestAborted)).Match(made => Results.Ok(new Invitation(made.Command.Reveal(), made.ExpiresAt)), Problems.Of);
            }))
            .WithName("InviteNode").Accepts<Lifetime>("application/json").Produces<Invitation>().RequiresRight(Right.NodeManage, ScopeLevel.Platform);

        var node = nodes.MapGroup("/{node}");
        node.MapGet("", (string node, HttpContext http, INodes use) => Answers.Ok(use.GetAsync(http.Actor(), node, http.RequestAborted)))
            .WithName("GetNode").Produces<NodeDetail>().RequiresRight(Right.NodeManage, ScopeLevel.Platform);
        node.MapDelete("", (string node, HttpContext http, INodes use) => Answers.Ok(use.RemoveAsync(http.Actor(), node, http.RequestAborted)))
            .WithName("RemoveNode").Produces(204).RequiresRight(Right.NodeManage, ScopeLevel.Platform);
        node.MapPost("/cordon", (string node, HttpContext http, INodes use) => Answers.Ok(use.CordonAsync(http.Actor(), node, true, http.RequestAborted)))
            .WithName("CordonNode").Produces(204).RequiresRight(Right.NodeManage, ScopeLevel.Platform);
        node.MapPost("/uncordon", (string node, HttpContext http, INodes use) => Answers.Ok(use.CordonAsync(http.Actor(), node, false, http.RequestAborted)))
            .WithName("UncordonNode").Produces(204).RequiresRight(Right.NodeManage, ScopeLevel.Platform);
        node.MapPost("/drain", (string node, HttpContext http, INodes use) => Answers.Accepted(use.DrainAsync(http.Actor(), node, http.RequestAborted)))
            .WithName("DrainNode").Produces(202).RequiresRight(Right.NodeManage, ScopeLevel.Platform);
        node.MapPut("/labels", (string node, HttpContext http, INodes use) => RequestBody.WithJsonAsync<NodeLabel>(http, body =>
                Answers.Ok(use.LabelAsync(http.Actor(), node, body.Key, body.Value, http.RequestAborted))))
            .WithName("LabelNode").Accepts<NodeLabel>("application/json").Produces(204).RequiresRight(Right.NodeManage, ScopeLevel.Platform);
        node.MapPut("/taints", (string node, HttpContext http, INodes use) => RequestBody.WithJsonAsync<Taint>(http, body =>
                Answers.Ok(use.TaintAsync(http.Actor(), node, new(body.Key, body.Value, body.Effect), body.Remove, http.RequestAborted))))
            .WithName("TaintNode").Accepts<Taint>("application/json").Produces(204).RequiresRight(Right.NodeManage, ScopeLevel.Platform);
    }

    internal sealed record Lifetime(int Hours = 1);

    /// <summary>The command holds a token that works once.</summary>
    internal sealed record Invitation(string Command, DateTimeOffset ExpiresAt);

    /// <summary>A null value removes the label.</summary>
    internal sealed record NodeLabel(string Key, string? Value = null);

    internal sealed record Taint(string Key, string Effect, string Value = "", bool Remove = false);
}
