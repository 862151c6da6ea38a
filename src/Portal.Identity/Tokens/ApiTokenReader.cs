using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Identity.Persistence;
using Portal.Identity.Sessions;

namespace Portal.Identity.Tokens;

/// <summary>Checks API tokens. An answer is reused for <see cref="SessionRegistry.Freshness"/>, keyed by the token's hash.</summary>
internal sealed class ApiTokenReader(IDbContextFactory<IdentityDbContext> contexts, TimeProvider time)
{
    private const int MaxAnswers = 10_000;
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Answer> _answers = new(StringComparer.Ordinal);
    private long _forgotten;

    public async ValueTask<AccessTokenIdentity?> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (!ApiTokenFormat.IsWellFormed(token))
            return null;
        var now = time.GetUtcNow();
        var hash = ApiTokenFormat.Hash(token);
        var key = Convert.ToBase64String(hash);
        if (_answers.TryGetValue(key, out var answer) && now - answer.At < SessionRegistry.Freshness)
            return answer.Identity.ExpiresAt > now ? answer.Identity : null;

        var forgotten = Interlocked.Read(ref _forgotten);
        var identity = await LoadAsync(token, hash, now, cancellationToken);
        if (identity is null)
        {
            _answers.TryRemove(key, out _);
            return null;
        }

        if (_answers.Count >= MaxAnswers)
            _answers.Clear();
        // A revocation that came in between wins: what was read before it is not kept.
        if (Interlocked.Read(ref _forgotten) == forgotten)
            _answers[key] = new Answer(now, identity);
        return identity;
    }

    public void Forget(Guid tokenId)
    {
        Interlocked.Increment(ref _forgotten);
        foreach (var (key, answer) in _answers)
        {
            if (answer.Identity.ApiTokenId == tokenId)
                _answers.TryRemove(key, out _);
        }
    }

    private async Task<AccessTokenIdentity?> LoadAsync(string token, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var prefix = ApiTokenFormat.Prefix(token);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await (
            from row in context.ApiTokens
            join account in context.Users on row.AccountId equals account.Id
            where row.Prefix == prefix && row.RevokedAt == null && row.ExpiresAt > now && account.DisabledAt == null
            select new
            {
                row,
                account.Email,
                account.DisplayName,
                Roles = (from link in context.UserRoles
                         join role in context.Roles on link.RoleId equals role.Id
                         where link.UserId == account.Id
                         orderby role.Name
                         select role.Name!).ToList(),
            }).AsNoTracking().FirstOrDefaultAsync(cancellationToken);
        if (found is null || !CryptographicOperations.FixedTimeEquals(found.row.Hash, hash))
            return null;

        if (found.row.LastUsedAt is not { } last || now - last > TouchInterval)
        {
            await context.ApiTokens.Where(t => t.Id == found.row.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, now), cancellationToken);
        }

        return new AccessTokenIdentity(
            found.row.AccountId, found.Email!, found.DisplayName, found.Roles, SessionId: null, ApiTokenId: found.row.Id, found.row.ExpiresAt, found.row.Scope, found.row.Rights);
    }

    private sealed record Answer(DateTimeOffset At, AccessTokenIdentity Identity);
}
