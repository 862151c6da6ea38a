using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Audit;

/// <summary>Reads the audit of a team.</summary>
internal sealed class AuditQueries(UnitOfWork work) : IAudit
{
    public Task<Result<IReadOnlyList<AuditView>>> ListAsync(Actor actor, string team, int limit, long? before, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<AuditView>>(actor, Right.AuditRead, new(team), async (db, _) =>
        {
            if (limit is < 1 or > 500) return Error.Invalid("limit", "Must be from 1 to 500.");
            return await db.Audit.AsNoTracking()
                .Where(row => before == null || row.Id < before)
                .OrderByDescending(row => row.Id).Take(limit)
                .Select(row => new AuditView(row.Id, row.At, row.ActorEmail, row.Action, row.Target, row.Outcome, row.Detail))
                .ToListAsync(cancellationToken);
        }, cancellationToken);
}
