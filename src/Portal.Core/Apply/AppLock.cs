using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Core.Apply;

/// <summary>An advisory lock per app over all processes, held by a transaction.</summary>
internal static class AppLock
{
    public static async Task<bool> TryTakeAsync(PortalDbContext db, Guid app, CancellationToken cancellationToken) =>
        (await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(hashtextextended({app.ToString()}, 0)) AS \"Value\"").ToListAsync(cancellationToken))[0];
}
