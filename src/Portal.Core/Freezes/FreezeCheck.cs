using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Freezes;

/// <summary>Whether an environment takes releases now.</summary>
internal static class FreezeCheck
{
    /// <summary>Why not, or null.</summary>
    public static async Task<Error?> RefusesAsync(PortalDbContext db, Guid environment, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.Freezes.AsNoTracking().Where(f => f.EnvironmentId == environment && f.StartsAt <= now && f.EndsAt > now).OrderByDescending(f => f.EndsAt).FirstOrDefaultAsync(cancellationToken) is { } freeze
            ? Error.Conflict($"The environment is frozen until {freeze.EndsAt:yyyy-MM-dd HH:mm} UTC by {freeze.Author}: {freeze.Reason}. Somebody who manages the project can end the freeze.")
            : null;
}
