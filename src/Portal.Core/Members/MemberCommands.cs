using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Members;

/// <summary>The members of a team. Changes lock the team's row, so that two owners leaving at once cannot both go.</summary>
internal sealed class MemberCommands(UnitOfWork work, MemberWriter members) : IMembers
{
    public Task<Result<IReadOnlyList<MemberView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<MemberView>>(actor, Right.AppView, new(team), async (db, _) =>
            (await db.Members.AsNoTracking().ToListAsync(cancellationToken)).OrderBy(m => m.Role).ThenBy(m => m.Email, StringComparer.Ordinal).Select(View).ToList(), cancellationToken);

    public Task<Result<MemberView>> AddAsync(Actor actor, string team, string email, Role role, CancellationToken cancellationToken) =>
        work.WriteAsync<MemberView>(actor, Right.MembersManage, new(team), "member.add", async (db, access) =>
        {
            var added = await members.AddAsync(db, access, email, role, cancellationToken);
            return added.IsOk ? View(added.Value) : added.Error;
        }, cancellationToken, $"{email} as {role}");

    public Task<Result<MemberView>> ChangeRoleAsync(Actor actor, string team, Guid userId, Role role, CancellationToken cancellationToken) =>
        work.WriteAsync<MemberView>(actor, Right.MembersManage, new(team), "member.role", async (db, access) =>
        {
            if (!Enum.IsDefined(role)) return Error.Invalid("role", "This is not a role.");
            await MemberWriter.LockAsync(db, access, cancellationToken);
            if (await db.Members.SingleOrDefaultAsync(m => m.UserId == userId, cancellationToken) is not { } member) return Error.NotFound("member");
            if ((role == Role.Owner || member.Role == Role.Owner) && access.Role != Role.Owner) return Error.Forbidden("Only an owner changes owners.");
            if (member.Role == Role.Owner && role != Role.Owner && await IsLastOwnerAsync(db, cancellationToken)) return LastOwner();
            member.Role = role;
            return View(member);
        }, cancellationToken, $"{userId} to {role}");

    public Task<Result<Unit>> RemoveAsync(Actor actor, string team, Guid userId, CancellationToken cancellationToken) =>
        work.WriteAsync<Unit>(actor, userId == actor.UserId ? Right.AppView : Right.MembersManage, new(team), "member.remove", async (db, access) =>
        {
            await MemberWriter.LockAsync(db, access, cancellationToken);
            if (await db.Members.SingleOrDefaultAsync(m => m.UserId == userId, cancellationToken) is not { } member) return Error.NotFound("member");
            if (member.Role == Role.Owner && userId != actor.UserId && access.Role != Role.Owner) return Error.Forbidden("Only an owner removes owners.");
            if (member.Role == Role.Owner && await IsLastOwnerAsync(db, cancellationToken)) return LastOwner();
            db.Members.Remove(member);
            return Unit.Value;
        }, cancellationToken, userId.ToString());

    private static async Task<bool> IsLastOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        await db.Members.CountAsync(m => m.Role == Role.Owner, cancellationToken) == 1;

    private static Error LastOwner() => Error.Conflict("A team needs an owner: make somebody else one first.");

    private static MemberView View(MemberRow row) => new(row.UserId, row.Email, row.Role, row.CreatedAt);
}
