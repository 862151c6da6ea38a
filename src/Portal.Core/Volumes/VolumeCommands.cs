using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Volumes;

/// <summary>The volumes of an environment.</summary>
internal sealed class VolumeCommands(UnitOfWork work, WorkSignal signal, TimeProvider clock) : IVolumes
{
    public Task<Result<IReadOnlyList<VolumeView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<VolumeView>>(actor, Right.AppView, environment, async (db, access) =>
        {
            // Stored with the workload, shown with the name the app has now.
            var names = await db.Apps.AsNoTracking().Where(a => a.EnvironmentId == access.EnvironmentId).ToDictionaryAsync(a => a.Workload, a => a.Name, cancellationToken);
            var rows = await db.Volumes.AsNoTracking().Where(v => v.EnvironmentId == access.EnvironmentId).ToListAsync(cancellationToken);
            return rows.Select(v => new VolumeView(v.Id, names.GetValueOrDefault(v.App, v.App), v.Name, v.Size, v.Claim, v.KeptUntil == null, v.KeptUntil, v.CreatedAt))
                .OrderBy(v => v.App, StringComparer.Ordinal).ThenBy(v => v.Name, StringComparer.Ordinal).ToList();
        }, cancellationToken);

    public async Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef environment, Guid id, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<Unit>(actor, Right.VolumeDelete, environment, "volume.delete", async (db, access) =>
        {
            if (await db.Volumes.SingleOrDefaultAsync(v => v.Id == id && v.EnvironmentId == access.EnvironmentId, cancellationToken) is not { } row) return Error.NotFound("volume");
            if (row.KeptUntil is null) return Error.Conflict($"The app {row.App} declares this volume; take it out of the declaration (or delete the app) first.");
            row.KeptUntil = clock.GetUtcNow();
            return Unit.Value;
        }, cancellationToken, id.ToString());
        if (result.IsOk) signal.Raise();
        return result;
    }
}
