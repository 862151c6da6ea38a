using Portal.Core.Results;

namespace Portal.Core.Members;

/// <summary>The members of a team.</summary>
public interface IMembers
{
    /// <summary>All members, owners first. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<MemberView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken);

    /// <summary>Adds the account with this address. Needs <see cref="Right.MembersManage"/>; only an owner makes owners.
    /// Invalid at <c>email</c> when there is no such account, Conflict when it already is a member.</summary>
    Task<Result<MemberView>> AddAsync(Actor actor, string team, string email, Role role, CancellationToken cancellationToken);

    /// <summary>Changes a role. Only an owner changes owners; the last owner stays one (Conflict).</summary>
    Task<Result<MemberView>> ChangeRoleAsync(Actor actor, string team, Guid userId, Role role, CancellationToken cancellationToken);

    /// <summary>Removes a member; everybody may remove themselves. The last owner cannot leave (Conflict).</summary>
    Task<Result<Unit>> RemoveAsync(Actor actor, string team, Guid userId, CancellationToken cancellationToken);
}
