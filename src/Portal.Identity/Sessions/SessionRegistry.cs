using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Identity.Persistence;

namespace Portal.Identity.Sessions;

/// <summary>Decides whether a session is alive. Every cookie, token and circuit asks here, so ending a session reaches all of them.</summary>
internal sealed class SessionRegistry(
    IDbContextFactory<IdentityDbContext> contexts,
    IOptions<PortalIdentityOptions> options,
    TimeProvider time,
    ILogger<SessionRegistry> logger)
{
    /// <summary>How long an answer may be reused. A revocation in another server process is seen after this; in this process at once.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);
    private const int MaxAnswers = 20_000;
    private readonly ConcurrentDictionary<Guid, Answer> _answers = new();

    public async Task<Guid> OpenAsync(Account account, string? userAgent, string? peer, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            AccountId = account.Id,
            Stamp = account.SecurityStamp ?? "",
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + options.Value.SessionLifetime,
            UserAgent = userAgent is { Length: > 256 } ? userAgent[..256] : userAgent,
            Peer = peer,
        };
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.Sessions.Add(session);
        await context.SaveChangesAsync(cancellationToken);
        logger.SignedIn(account.Id, session.Id);
        return session.Id;
    }

    /// <summary>Opens a session for an account that another provider has authenticated; null when the account is gone or closed.</summary>
    public async Task<Guid?> OpenAsync(Guid accountId, string? userAgent, string? peer, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var account = await context.Users.AsNoTracking().FirstOrDefaultAsync(a => a.Id == accountId && a.DisabledAt == null, cancellationToken);
        return account is null ? null : await OpenAsync(account, userAgent, peer, cancellationToken);
    }

    /// <summary>The session as it stands; null when it is unknown, ended, expired, or its account was closed or changed its stamp.</summary>
    public async ValueTask<SessionState?> FindAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_answers.TryGetValue(sessionId, out var answer) && now - answer.At < Freshness)
            return answer.State;

        var before = answer;
        var state = await LoadAsync(sessionId, now, cancellationToken);
        // An answer that was read before a revocation must not replace the revocation's.
        if (before is null ? _answers.TryAdd(sessionId, new Answer(now, state)) : _answers.TryUpdate(sessionId, new Answer(now, state), before))
            Trim(now);
        return _answers.TryGetValue(sessionId, out var current) && current.State is null ? null : state;
    }

    /// <summary>The session named by text, as claims carry it.</summary>
    public ValueTask<SessionState?> FindAsync(string? sessionId, CancellationToken cancellationToken) =>
        Guid.TryParse(sessionId, out var id) ? FindAsync(id, cancellationToken) : ValueTask.FromResult<SessionState?>(null);

    public async Task<IReadOnlyList<SessionSummary>> ListAsync(Guid accountId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await Alive(context, now).Where(s => s.AccountId == accountId).OrderByDescending(s => s.LastSeenAt)
            .Select(s => new SessionSummary(s.Id, s.CreatedAt, s.LastSeenAt, s.UserAgent, s.Peer)).ToListAsync(cancellationToken);
    }

    /// <summary>Ends one session; false when the account has no such session (foreign and missing answer alike).</summary>
    public async Task<bool> RevokeAsync(Guid accountId, Guid sessionId, CancellationToken cancellationToken) =>
        await RevokeWhereAsync(accountId, s => s.Where(s => s.AccountId == accountId && s.Id == sessionId), cancellationToken) > 0;

    /// <summary>Ends all sessions of the account, but for <paramref name="except"/>.</summary>
    public Task<int> RevokeAllAsync(Guid accountId, Guid? except, CancellationToken cancellationToken) =>
        RevokeWhereAsync(accountId, s => s.Where(s => s.AccountId == accountId && s.Id != except), cancellationToken);

    /// <summary>Removes rows that can never become valid again.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        var threshold = time.GetUtcNow() - TimeSpan.FromDays(1);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.Sessions.Where(s => s.ExpiresAt < threshold || s.RevokedAt < threshold).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task<int> RevokeWhereAsync(Guid accountId, Func<IQueryable<Session>, IQueryable<Session>> which, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var ids = await which(context.Sessions.Where(s => s.RevokedAt == null)).Select(s => s.Id).ToListAsync(cancellationToken);
        var count = await context.Sessions.Where(s => ids.Contains(s.Id) && s.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now), cancellationToken);
        foreach (var id in ids)
            _answers[id] = new Answer(now, State: null);
        if (count > 0)
            logger.SessionsEnded(count, accountId);
        return count;
    }

    private async Task<SessionState?> LoadAsync(Guid sessionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await (
            from session in Alive(context, now)
            join account in context.Users on session.AccountId equals account.Id
            where session.Id == sessionId && account.DisabledAt == null && account.SecurityStamp == session.Stamp
            select new
            {
                session,
                account.Email,
                account.DisplayName,
                Roles = (from link in context.UserRoles
                         join role in context.Roles on link.RoleId equals role.Id
                         where link.UserId == account.Id
                         orderby role.Name
                         select role.Name!).ToList(),
            }).AsNoTracking().FirstOrDefaultAsync(cancellationToken);
        if (found is null)
            return null;

        if (now - found.session.LastSeenAt > TouchInterval)
        {
            await context.Sessions.Where(s => s.Id == sessionId && s.LastSeenAt < now)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now), cancellationToken);
        }

        return new SessionState(
            sessionId, found.session.AccountId, found.Email!, found.DisplayName, found.Roles, found.session.CreatedAt, found.session.ExpiresAt);
    }

    private IQueryable<Session> Alive(IdentityDbContext context, DateTimeOffset now)
    {
        var seenAfter = now - options.Value.SessionIdleTimeout;
        return context.Sessions.Where(s => s.RevokedAt == null && s.ExpiresAt > now && s.LastSeenAt > seenAfter);
    }

    private void Trim(DateTimeOffset now)
    {
        if (_answers.Count <= MaxAnswers)
            return;
        foreach (var (id, answer) in _answers)
        {
            if (now - answer.At >= Freshness)
                _answers.TryRemove(new KeyValuePair<Guid, Answer>(id, answer));
        }
    }

    private sealed record Answer(DateTimeOffset At, SessionState? State);
}
