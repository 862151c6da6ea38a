using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Identity.Accounts;
using Portal.Identity.Persistence;

namespace Portal.Identity.Tokens;

/// <summary>Creates an API token for an account.</summary>
public sealed class CreateApiToken
{
    private readonly IDbContextFactory<IdentityDbContext> _contexts;
    private readonly IOptions<PortalIdentityOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal CreateApiToken(
        IDbContextFactory<IdentityDbContext> contexts, IOptions<PortalIdentityOptions> options, TimeProvider time, ILogger<CreateApiToken> logger)
    {
        _contexts = contexts;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Creates the token.</summary>
    /// <param name="userId">Owner; a token has at most its owner's rights.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="lifetime">Positive, at most <see cref="PortalIdentityOptions.ApiTokenMaxLifetime"/>; null: 90 days.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="scope">The place to narrow it to, <c>team[/project[/environment]]</c>, already checked; null for none.</param>
    /// <param name="rights">The rights to narrow it to, separated by commas, already checked; null for none.</param>
    /// <returns>The token, or faults naming <c>name</c>, <c>lifetime</c> or <c>user</c>.</returns>
    public async Task<Outcome<CreatedApiToken>> ExecuteAsync(Guid userId, string name, TimeSpan? lifetime, CancellationToken cancellationToken, string? scope = null, string? rights = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        name = name.Trim();
        var life = lifetime ?? TimeSpan.FromDays(90);
        if (name.Length is 0 or > 100 || name.Any(char.IsControl))
            return Outcome<CreatedApiToken>.Refused(new Fault("name", "A name of 1 to 100 characters is needed."));
        if (life <= TimeSpan.Zero || life > _options.Value.ApiTokenMaxLifetime)
            return Outcome<CreatedApiToken>.Refused(new Fault("lifetime", $"A token lives at most {_options.Value.ApiTokenMaxLifetime.TotalDays:0} days."));

        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        if (!await context.Users.AnyAsync(a => a.Id == userId && a.DisabledAt == null, cancellationToken))
            return Outcome<CreatedApiToken>.Refused(new Fault("user", "There is no such account."));

        var token = ApiTokenFormat.Create();
        var now = _time.GetUtcNow();
        var row = new ApiToken
        {
            Id = Guid.CreateVersion7(now),
            AccountId = userId,
            Name = name,
            Prefix = ApiTokenFormat.Prefix(token),
            Hash = ApiTokenFormat.Hash(token),
            Scope = scope,
            Rights = rights,
            CreatedAt = now,
            ExpiresAt = now + life,
        };
        context.ApiTokens.Add(row);
        await context.SaveChangesAsync(cancellationToken);
        _logger.ApiTokenCreated(row.Id, userId);
        return Outcome<CreatedApiToken>.Of(new CreatedApiToken(
            token, new ApiTokenSummary(row.Id, row.Name, row.Prefix, row.CreatedAt, row.ExpiresAt, LastUsedAt: null, RevokedAt: null, scope, rights)));
    }
}
