using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Core.Audit;

/// <summary>Walks a team's chain.</summary>
internal static class AuditWalk
{
    private const int Page = 1000;

    /// <summary>Compares every hash with its row, and the chain with its signed checkpoints.</summary>
    public static async Task<AuditVerdict> VerifyAsync(PortalDbContext db, Guid team, AuditKey key, CancellationToken cancellationToken)
    {
        var signed = await db.AuditCheckpoints.AsNoTracking().Where(c => c.TeamId == team).OrderBy(c => c.Sequence).ToListAsync(cancellationToken);
        var (former, sequence, next) = (AuditChain.Start, 0L, 0);
        await foreach (var row in RowsAsync(db, team, cancellationToken))
        {
            sequence++;
            if (row.Sequence != sequence) return Verdict($"Act {sequence} is missing.");
            if (!AuditChain.Hash(former, AuditChain.Entry(row), sequence).AsSpan().SequenceEqual(row.Hash)) return Verdict($"Act {sequence} is not what its hash says.");
            former = row.Hash!;
            if (next >= signed.Count || signed[next].Sequence != sequence) continue;
            var checkpoint = signed[next++];
            if (!checkpoint.Hash.AsSpan().SequenceEqual(former) || (checkpoint.KeyId == key.Id && !key.Verify(team, sequence, former, checkpoint.At, checkpoint.Signature)))
                return Verdict($"Act {sequence} is not what was signed.");
        }

        return Verdict(next < signed.Count ? $"Acts {sequence + 1} to {signed[^1].Sequence} were signed and are gone." : "");

        AuditVerdict Verdict(string fault) => new(fault.Length == 0, sequence, next, sequence == 0 ? "" : Convert.ToHexStringLower(former), fault);
    }

    /// <summary>The chain's rows in their order, a page at a time: an audit grows for years.</summary>
    public static async IAsyncEnumerable<AuditRow> RowsAsync(PortalDbContext db, Guid team, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long after = 0; ;)
        {
            var page = await db.Audit.AsNoTracking().Where(row => row.TeamId == team && row.Sequence > after).OrderBy(row => row.Sequence).Take(Page).ToListAsync(cancellationToken);
            foreach (var row in page) yield return row;
            if (page.Count < Page) yield break;
            after = page[^1].Sequence!.Value;
        }
    }
}
