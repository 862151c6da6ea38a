using Portal.Core.Data;
using Portal.Core.Members;

namespace Portal.Core.Audit;

/// <summary>Notes acts, to be written by the transaction of the act itself.</summary>
internal sealed class AuditTrail(TimeProvider clock)
{
    private const int MaxText = 1000;

    public void Add(PortalDbContext db, Guid? team, Actor actor, string action, string target, AuditOutcome outcome, string detail = "") =>
        db.Acts.Add(new(team, clock.GetUtcNow(), actor.UserId, actor.Email, action, target, outcome, detail.Length > MaxText ? detail[..MaxText] : detail));
}
