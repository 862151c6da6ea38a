using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Domains;

/// <summary>Claims host names for apps. The primary key decides, over all tenants, so no check can be raced.</summary>
internal sealed class DomainClaims(TimeProvider clock)
{
    /// <summary>Claims the default host of a new app: the plain form when it is free, else the distinct one.</summary>
    public async Task<string> ClaimDefaultAsync(PortalDbContext db, Guid team, Guid app, string plain, string distinct, CancellationToken cancellationToken) =>
        await TryClaimAsync(db, team, app, plain, isDefault: true, cancellationToken) ? plain
        : await TryClaimAsync(db, team, app, distinct, isDefault: true, cancellationToken) ? distinct
        : throw new InvalidOperationException($"The host {distinct} carries the app's own id and is taken all the same.");

    /// <summary>Makes the app's own hosts exactly these; an error names the one that another app has.</summary>
    public async Task<Error?> SetAsync(PortalDbContext db, AppRow app, ImmutableArray<string> hosts, CancellationToken cancellationToken)
    {
        await db.Domains.Where(d => d.AppId == app.Id && !d.IsDefault && !hosts.AsEnumerable().Contains(d.Host)).ExecuteDeleteAsync(cancellationToken);
        var held = await db.Domains.Where(d => d.AppId == app.Id).Select(d => d.Host).ToListAsync(cancellationToken);
        foreach (var host in hosts.Except(held).Order(StringComparer.Ordinal))
        {
            if (!await TryClaimAsync(db, app.TeamId, app.Id, host, isDefault: false, cancellationToken)) return Error.Conflict($"The domain {host} belongs to another app.");
        }

        return null;
    }

    private async Task<bool> TryClaimAsync(PortalDbContext db, Guid team, Guid app, string host, bool isDefault, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Database.ExecuteSqlAsync(
            $"INSERT INTO portal.domains (host, team_id, app_id, is_default, created_at) VALUES ({host}, {team}, {app}, {isDefault}, {now}) ON CONFLICT (host) DO NOTHING",
            cancellationToken) == 1;
    }
}
