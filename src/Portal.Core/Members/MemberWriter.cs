using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Members;

/// <summary>Adds members inside the caller's transaction.</summary>
internal sealed class MemberWriter(IUserDirectory users, TimeProvider clock)
{
    /// <summary>Adds an account by its address. The team's row is locked, so that owners cannot come and go at once.</summary>
    public async Task<Result<MemberRow>> AddAsync(PortalDbContext db, Access access, string email, Role role, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(role)) return Error.Invalid("role", "This is not a role.");
        if (role == Role.Owner && access.Role != Role.Owner) return Error.Forbidden("Only an owner makes owners.");
        if (await users.FindByEmailAsync(email, cancellationToken) is not { } user) return Error.Invalid("email", "There is no account with this address.");
        await LockAsync(db, access, cancellationToken);
        if (await db.Members.AnyAsync(m => m.UserId == user.Id, cancellationToken)) return Error.Conflict("This account is a member already.");
        var member = new MemberRow { TeamId = access.Tenant.TeamId!.Value, UserId = user.Id, Email = user.Email, Role = role, CreatedAt = clock.GetUtcNow() };
        db.Members.Add(member);
        return member;
    }

    /// <summary>Locks the team's row until the transaction ends.</summary>
    public static Task<int> LockAsync(PortalDbContext db, Access access, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM portal.teams WHERE id = {access.Tenant.TeamId} FOR UPDATE", cancellationToken);
}
