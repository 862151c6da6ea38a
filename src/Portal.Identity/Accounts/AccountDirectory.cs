using Microsoft.EntityFrameworkCore;
using Portal.Identity.Persistence;

namespace Portal.Identity.Accounts;

/// <summary>Looks up accounts for other rooms (members, audit). Thread-safe.</summary>
public sealed class AccountDirectory
{
    private readonly IDbContextFactory<IdentityDbContext> _contexts;

    internal AccountDirectory(IDbContextFactory<IdentityDbContext> contexts) => _contexts = contexts;

    /// <summary>The account with this e-mail address, without regard to case; null when there is none.</summary>
    public async Task<AccountSummary?> FindByEmailAsync(string email, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(email);
        var normalized = email.Trim().ToUpperInvariant();
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await Select(context, context.Users.Where(a => a.NormalizedEmail == normalized)).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>The accounts with these ids; an unknown id is left out.</summary>
    public async Task<IReadOnlyList<AccountSummary>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await Select(context, context.Users.Where(a => ids.Contains(a.Id))).ToListAsync(cancellationToken);
    }

    private static IQueryable<AccountSummary> Select(IdentityDbContext context, IQueryable<Account> accounts) =>
        from account in accounts.AsNoTracking()
        select new AccountSummary(
            account.Id,
            account.Email!,
            account.DisplayName,
            (from link in context.UserRoles
             join role in context.Roles on link.RoleId equals role.Id
             where link.UserId == account.Id
             select role.Name!).ToList(),
            account.DisabledAt != null);
}
