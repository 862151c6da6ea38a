using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Teams;

/// <summary>Teams: the tenants.</summary>
public interface ITeams
{
    /// <summary>The teams the actor is a member of, by name.</summary>
    Task<Result<IReadOnlyList<TeamView>>> ListAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>One team. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<TeamView>> GetAsync(Actor actor, string team, CancellationToken cancellationToken);

    /// <summary>Creates a team with the actor as its owner. Invalid at <c>name</c>; Conflict when the name is taken.</summary>
    Task<Result<TeamView>> CreateAsync(Actor actor, string name, string? displayName, CancellationToken cancellationToken);

    /// <summary>Deletes a team that has no projects any more (Conflict otherwise). Needs <see cref="Right.TeamDelete"/>.</summary>
    Task<Result<Unit>> DeleteAsync(Actor actor, string team, CancellationToken cancellationToken);
}
