using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Identity.Persistence;

namespace Portal.Identity.Tokens;

/// <summary>Revokes an API token; it stops working at once in this process, within <see cref="Sessions.SessionRegistry.Freshness"/> in others.</summary>
public sealed class RevokeApiToken
{
    private readonly IDbContextFactory<IdentityDbContext> _contexts;
    private readonly ApiTokenReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal RevokeApiToken(IDbContextFactory<IdentityDbContext> contexts, ApiTokenReader reader, TimeProvider time, ILogger<RevokeApiToken> logger)
    {
        _contexts = contexts;
        _reader = reader;
        _time = time;
        _logger = logger;
    }

    /// <summary>False when the account has no such token that works (foreign and missing answer alike).</summary>
    public async Task<bool> ExecuteAsync(Guid userId, Guid tokenId, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var count = await context.ApiTokens.Where(t => t.Id == tokenId && t.AccountId == userId && t.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, now), cancellationToken);
        if (count == 0)
            return false;
        _reader.Forget(tokenId);
        _logger.ApiTokenRevoked(tokenId);
        return true;
    }
}
