using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Teams;

namespace Portal.Web.Endpoints;

/// <summary>Teams and members.</summary>
internal static class TeamEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var teams = api.MapGroup("/teams").WithTags("Teams");
        teams.MapGet("", (HttpContext http, ITeams use) => Answers.Ok(use.ListAsync(http.Actor(), http.RequestAborted)))
            .WithName("ListTeams").Produces<IReadOnlyList<TeamView>>().RequiresRight(Right.Account, ScopeLevel.Account);
        teams.MapPost("", (HttpContext http, ITeams use) => RequestBody.WithJsonAsync<NewTeam>(http, body =>
                Answers.Created(use.CreateAsync(http.Actor(), body.Name, body.DisplayName, http.RequestAborted), team => $"/api/v1/teams/{team.Name}")))
            .WithName("CreateTeam").Accepts<NewTeam>("application/json").Produces<TeamView>(201).RequiresRight(Right.Account, ScopeLevel.Account);
        teams.MapGet("/{team}", (string team, HttpContext http, ITeams use) => Answers.Ok(use.GetAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("GetTeam").Produces<TeamView>().RequiresRight(Right.AppView, ScopeLevel.Team);
        teams.MapDelete("/{team}", (string team, HttpContext http, ITeams use) => Answers.Ok(use.DeleteAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("DeleteTeam").Produces(204).RequiresRight(Right.TeamDelete, ScopeLevel.Team);

        teams.MapGet("/{team}/members", (string team, HttpContext http, IMembers use) => Answers.Ok(use.ListAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("ListMembers").Produces<IReadOnlyList<MemberView>>().RequiresRight(Right.AppView, ScopeLevel.Team);
        teams.MapPost("/{team}/members", (string team, HttpContext http, IMembers use) => RequestBody.WithJsonAsync<NewMember>(http, body =>
                Answers.Created(use.AddAsync(http.Actor(), team, body.Email, body.Role, http.RequestAborted), member => $"/api/v1/teams/{team}/members/{member.UserId}")))
            .WithName("AddMember").Accepts<NewMember>("application/json").Produces<MemberView>(201).RequiresRight(Right.MembersManage, ScopeLevel.Team);
        teams.MapPut("/{team}/members/{userId:guid}", (string team, Guid userId, HttpContext http, IMembers use) => RequestBody.WithJsonAsync<MemberRole>(http, body =>
                Answers.Ok(use.ChangeRoleAsync(http.Actor(), team, userId, body.Role, http.RequestAborted))))
            .WithName("ChangeMemberRole").Accepts<MemberRole>("application/json").Produces<MemberView>().RequiresRight(Right.MembersManage, ScopeLevel.Team);
        // Everybody may leave, hence the weaker right here; the use case asks for the stronger one when it is somebody else who goes.
        teams.MapDelete("/{team}/members/{userId:guid}", (string team, Guid userId, HttpContext http, IMembers use) =>
                Answers.Ok(use.RemoveAsync(http.Actor(), team, userId, http.RequestAborted)))
            .WithName("RemoveMember").Produces(204).RequiresRight(Right.AppView, ScopeLevel.Team);
    }

    internal sealed record NewTeam(string Name, string? DisplayName = null);

    internal sealed record NewMember(string Email, Role Role);

    internal sealed record MemberRole(Role Role);
}
