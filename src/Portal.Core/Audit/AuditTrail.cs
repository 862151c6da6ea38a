using Portal.Core.Data;
using Portal.Core.Members;

namespace Portal.Core.Audit;

/// <summary>Writes audit rows, into the transaction of the act itself.</summary>
internal sealed class AuditTrail(TimeProvider clock)
{
    public void Add(PortalDbContext db, Guid? team, Actor actor, string action, string target, AuditOutcome outcome, string detail = "") => db.Audit.Add(new()
    {
        TeamId = team,
        At = clock.GetUtcNow(),
        ActorId = actor.UserId,
        ActorEmail = actor.Email,
        Action = action,
        Target = target,
        Outcome = outcome,
        Detail = detail,
    });
}
