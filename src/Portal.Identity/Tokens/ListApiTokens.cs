using Microsoft.EntityFrameworkCore;
using Portal.Identity.Persistence;

namespace Portal.Identity.Tokens;

/// <summary>Lists the API tokens of an account, newest first, revoked ones included.</summary>
public sealed class ListApiTokens
{
    private readonly IDbContextFactory<IdentityDbContext> _contexts;

    internal ListApiTokens(IDbContextFactory<IdentityDbContext> contexts) => _contexts = contexts;

    /// <summary>The tokens of the account; none of them can be had again.</summary>
    public async Task<IReadOnlyList<ApiTokenSummary>> ExecuteAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await context.ApiTokens.Where(t => t.AccountId == userId).OrderByDescending(t => t.CreatedAt)
            .Select(t => new ApiTokenSummary(t.Id, t.Name, t.Prefix, t.CreatedAt, t.ExpiresAt, t.LastUsedAt, t.RevokedAt, t.Scope, t.Rights))
            .ToListAsync(cancellationToken);
    }
}
