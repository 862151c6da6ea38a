using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Identity.Accounts;
using Portal.Identity.Persistence;
using Portal.Identity.SignIn;

namespace Portal.Identity.Setup;

/// <summary>The one-time code that creates the first platform administrator. The row's lock makes it single use, whatever runs in parallel.</summary>
internal sealed class FirstSetup(
    IServiceScopeFactory scopes,
    SetupCodeFile file,
    AttemptLimiter limiter,
    TimeProvider time,
    ILogger<FirstSetup> logger)
{
    private const int CodeBytes = 20;
    private const int AttemptsPerPeer = 10;
    private const int AttemptsInAll = 100;
    private static readonly TimeSpan AttemptWindow = TimeSpan.FromMinutes(15);

    public async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        return await context.SetupCodes.AnyAsync(code => code.UsedAt == null, cancellationToken);
    }

    /// <summary>Opens set-up on an empty installation and makes the file agree with the database; called at every start.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        // Two servers that start together must not write two codes: the second waits here and then finds the first one's row.
        await context.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(hashtext('portal.identity.setup'))", cancellationToken);
        var row = await context.SetupCodes.FirstOrDefaultAsync(cancellationToken);
        if (await HasAdministratorAsync(context, cancellationToken))
        {
            if (row is { UsedAt: null })
                row.UsedAt = time.GetUtcNow();
            await context.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            file.Delete();
            return;
        }

        if (row is { UsedAt: null } && file.Exists && Matches(row.Hash, file.Read()))
        {
            logger.SetupOpen(file.Path);
            return;
        }

        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(CodeBytes));
        if (row is null)
            context.SetupCodes.Add(row = new SetupCode());
        row.Hash = Hash(code);
        row.CreatedAt = time.GetUtcNow();
        row.UsedAt = null;
        file.Write(code);
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        logger.SetupOpen(file.Path);
    }

    /// <summary>Creates the first platform administrator. Null: set-up is closed.</summary>
    public async Task<Outcome<AccountSummary>?> RedeemAsync(string code, NewUser user, string? peer, CancellationToken cancellationToken)
    {
        if (!limiter.TryAcquire($"setup|{peer}", AttemptsPerPeer, AttemptWindow) || !limiter.TryAcquire("setup", AttemptsInAll, AttemptWindow))
            return Outcome<AccountSummary>.Refused(TooManyAttempts);

        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var row = await context.SetupCodes.FromSqlRaw("SELECT * FROM identity.setup_code FOR UPDATE").FirstOrDefaultAsync(cancellationToken);
        if (row is null or { UsedAt: not null })
            return null;
        if (!Matches(row.Hash, code))
        {
            logger.SetupRefused(peer);
            return Outcome<AccountSummary>.Refused(new Fault("code", "This set-up code is not right. The current one is in the file setup-code of the data directory."));
        }

        var outcome = await scope.ServiceProvider.GetRequiredService<AccountWriter>().AddAsync(user with { PlatformAdmin = true }, cancellationToken);
        if (!outcome.Succeeded)
            return outcome;
        row.UsedAt = time.GetUtcNow();
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        file.Delete();
        logger.SetupUsed(outcome.Value!.Id);
        return outcome;
    }

    public static Fault TooManyAttempts { get; } = new("limit", "Too many attempts. Try again in 15 minutes.");

    private static Task<bool> HasAdministratorAsync(IdentityDbContext context, CancellationToken cancellationToken) =>
        (from link in context.UserRoles
         join role in context.Roles on link.RoleId equals role.Id
         where role.Name == PlatformRoleNames.PlatformAdmin
         select link).AnyAsync(cancellationToken);

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));

    private static bool Matches(byte[] hash, string code) => CryptographicOperations.FixedTimeEquals(hash, Hash(code.Trim()));
}
