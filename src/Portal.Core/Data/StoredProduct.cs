using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Config;

namespace Portal.Core.Data;

/// <summary>Proves that a database of the product and the keys beside it belong together and are whole, without starting anything.</summary>
public static class StoredProduct
{
    /// <summary>Counts, opens every sealed value with the key file and walks every team's audit chain.</summary>
    /// <param name="connectionString">The database, migrated to this build's schema, as the role the product works with.</param>
    /// <param name="secretKeyFile">The key file for secrets; the key that signs audits lies beside it. Both must exist: a key made now would prove nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<StoredProof> ProveAsync(string connectionString, string secretKeyFile, CancellationToken cancellationToken)
    {
        var options = new PortalCoreOptions { ConnectionString = connectionString, SecretKeyFile = secretKeyFile };
        var (cipher, faults) = (new SecretCipher(options), new List<string>());
        using var key = new AuditKey(options);
        await using var contexts = new TenantDbContextFactory(options);
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        var sealedValues = await OpenAllAsync(db, cipher, faults, cancellationToken);
        var (acts, checkpoints) = (0L, 0L);
        var teams = await db.Teams.AsNoTracking().OrderBy(team => team.Name).Select(team => new { team.Id, team.Name }).ToListAsync(cancellationToken);
        foreach (var team in teams)
        {
            var verdict = await AuditWalk.VerifyAsync(db, team.Id, key, cancellationToken);
            (acts, checkpoints) = (acts + verdict.Acts, checkpoints + verdict.Checkpoints);
            if (!verdict.Intact) faults.Add($"the audit of the team {team.Name}: {verdict.Fault}");
        }

        foreach (var app in await db.Apps.AsNoTracking().Where(a => a.LastRelease > 0 && !db.Releases.Any(r => r.AppId == a.Id && r.Number == a.LastRelease)).Select(a => a.Name).ToListAsync(cancellationToken))
            faults.Add($"the app {app} has lost its newest release");
        return new(
            teams.Count, await db.Projects.LongCountAsync(cancellationToken), await db.Apps.LongCountAsync(cancellationToken), await db.Releases.LongCountAsync(cancellationToken), sealedValues, acts, checkpoints, faults);
    }

    private static async Task<long> OpenAllAsync(PortalDbContext db, SecretCipher cipher, List<string> faults, CancellationToken cancellationToken)
    {
        var opened = 0L;
        await foreach (var row in db.Secrets.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken)) Open($"version {row.Version} of the secret {row.Name}", row.Sealed, row.TeamId, row.AppId, row.Name, row.Version);
        await foreach (var row in db.WebhookEndpoints.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken)) Open($"the secret of the webhook endpoint {row.Id}", row.Secret, row.TeamId, row.AppId, row.Id, 0);
        await foreach (var row in db.NotificationChannels.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken)) Open($"the target of the channel {row.Name}", row.Target, row.TeamId, row.Id, "target", 0);
        return opened;

        void Open(string what, byte[] box, Guid team, Guid owner, string name, int version)
        {
            try
            {
                cipher.Open(box, team, owner, name, version);
                opened++;
            }
            catch (CryptographicException)
            {
                faults.Add($"{what} does not open with the key in the backup");
            }
        }
    }
}
