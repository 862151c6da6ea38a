using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Notifications;

namespace Portal.Core.Audit;

/// <summary>
/// The chain over a team's audit: each row's hash is SHA-256 over the hash before it (32 zero bytes at the beginning) and the row in <see cref="CanonicalJson"/>. A row that
/// is changed, left out or put in breaks every hash after it; what is cut off the end is missed by the signed checkpoints.
/// </summary>
internal static class AuditChain
{
    private static readonly byte[] Beginning = new byte[SHA256.HashSizeInBytes];

    /// <summary>
    /// Links acts to their teams' chains and writes them. Called last in a transaction: the lock on the chain is held only until it commits, and nobody who holds it waits for
    /// another lock.
    /// </summary>
    public static async Task AppendAsync(PortalDbContext db, ICollection<AuditEntry> acts, CancellationToken cancellationToken)
    {
        foreach (var group in acts.GroupBy(act => act.Team).OrderBy(group => group.Key))
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"audit/" + group.Key}, 0))", cancellationToken);
            var head = await db.Audit.AsNoTracking().Where(row => row.TeamId == group.Key && row.Sequence != null).OrderByDescending(row => row.Sequence)
                .Select(row => new { row.Sequence, row.Hash }).FirstOrDefaultAsync(cancellationToken);
            var (sequence, former) = (head?.Sequence ?? 0, head?.Hash ?? Beginning);
            foreach (var act in group)
            {
                sequence++;
                var hash = Hash(former, act, sequence);
                db.Audit.Add(new()
                {
                    TeamId = act.Team,
                    Sequence = sequence,
                    At = act.At,
                    ActorId = act.ActorId,
                    ActorEmail = act.ActorEmail,
                    Action = act.Action,
                    Target = act.Target,
                    Outcome = act.Outcome,
                    Detail = act.Detail,
                    FormerHash = former,
                    Hash = hash,
                });
                former = hash;
                if (NotableActs.Occurrence(act) is { } occurrence) db.Occurrences.Add(occurrence);
            }
        }

        acts.Clear();
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The hash a row must have after the one before it.</summary>
    public static byte[] Hash(byte[] former, AuditEntry act, long sequence) => SHA256.HashData([.. former, .. CanonicalJson.Of(Members(act, sequence))]);

    /// <summary>A row as it is hashed and exported.</summary>
    public static IEnumerable<(string Name, object Value)> Members(AuditEntry act, long sequence) =>
    [
        ("action", act.Action), ("actor", act.ActorEmail), ("actorId", act.ActorId.ToString()), ("at", CanonicalJson.Time(act.At)), ("detail", act.Detail),
        ("outcome", act.Outcome.ToString()), ("sequence", sequence), ("target", act.Target), ("team", act.Team?.ToString() ?? ""),
    ];

    /// <summary>The act a row holds.</summary>
    public static AuditEntry Entry(AuditRow row) => new(row.TeamId, row.At, row.ActorId, row.ActorEmail, row.Action, row.Target, row.Outcome, row.Detail);

    /// <summary>What is before the first row.</summary>
    public static byte[] Start => [.. Beginning];
}
