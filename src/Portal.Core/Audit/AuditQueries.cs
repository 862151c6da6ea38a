using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Audit;

/// <summary>Reads, exports and verifies the audit of a team.</summary>
internal sealed class AuditQueries(UnitOfWork work, ITenantDbContextFactory contexts, AuditCheckpoints checkpoints, AuditKey key, TimeProvider clock) : IAudit
{
    public string PublicKey => key.PublicKey;

    public Task<Result<IReadOnlyList<AuditView>>> ListAsync(Actor actor, string team, AuditFilter filter, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<AuditView>>(actor, Right.AuditRead, new(team), async (db, _) =>
        {
            ArgumentNullException.ThrowIfNull(filter);
            if (filter.Limit is < 1 or > 500) return Error.Invalid("limit", "Must be from 1 to 500.");
            var rows = await Pass(db.Audit.AsNoTracking(), filter).OrderByDescending(row => row.Id).Take(filter.Limit).ToListAsync(cancellationToken);
            return rows.ConvertAll(row => new AuditView(
                row.Id, row.Sequence, row.At, row.ActorEmail, row.Action, row.Target, row.Outcome, row.Detail, row.Hash is null ? null : Convert.ToHexStringLower(row.Hash)));
        }, cancellationToken);

    public async Task<Result<IAsyncEnumerable<string>>> ExportAsync(Actor actor, string team, CancellationToken cancellationToken)
    {
        var begun = await work.WriteAsync<Access>(
            actor, Right.AuditRead, new(team), "audit.export", (_, access) => Task.FromResult<Result<Access>>(access), cancellationToken);
        return begun.IsOk ? Result<IAsyncEnumerable<string>>.Ok(LinesAsync(team, begun.Value, cancellationToken)) : begun.Error;
    }

    public Task<Result<AuditVerdict>> VerifyAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        work.ReadAsync<AuditVerdict>(actor, Right.AuditRead, new(team), async (db, access) =>
            await AuditWalk.VerifyAsync(db, access.Tenant.TeamId!.Value, key, cancellationToken), cancellationToken);

    private static IQueryable<AuditRow> Pass(IQueryable<AuditRow> rows, AuditFilter filter)
    {
        if (filter.Before is { } before) rows = rows.Where(row => row.Id < before);
        if (filter.Actor is { Length: > 0 } actor) rows = rows.Where(row => EF.Functions.ILike(row.ActorEmail, Literal(actor), "\\"));
        if (filter.Action is { Length: > 0 } action)
        {
            rows = action.EndsWith('*') ? rows.Where(row => row.Action.StartsWith(action.TrimEnd('*'))) : rows.Where(row => row.Action == action);
        }

        if (filter.Target is { Length: > 0 } target) rows = rows.Where(row => row.Target == target || row.Target.StartsWith(target + "/"));
        if (filter.Outcome is { } outcome) rows = rows.Where(row => row.Outcome == outcome);
        if (filter.From is { } from) rows = rows.Where(row => row.At >= from.ToUniversalTime());
        if (filter.To is { } to) rows = rows.Where(row => row.At < to.ToUniversalTime());
        return rows;
    }

    private static string Literal(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private async IAsyncEnumerable<string> LinesAsync(string team, Access access, CancellationToken outer, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(outer, cancellationToken);
        var id = access.Tenant.TeamId!.Value;
        await using (var signing = await contexts.CreateAsync(access.Tenant, either.Token))
        {
            await checkpoints.SignAsync(signing, id, either.Token);
            await signing.CommitAsync(either.Token);
        }

        await using var db = await contexts.CreateAsync(access.Tenant, either.Token);
        var signed = await db.AuditCheckpoints.AsNoTracking().OrderBy(c => c.Sequence).ToListAsync(either.Token);
        yield return Line("audit", ("exportedAt", CanonicalJson.Time(clock.GetUtcNow())), ("publicKey", key.PublicKey), ("teamId", id.ToString()), ("teamName", team), ("version", 1L));
        var next = 0;
        await foreach (var row in AuditWalk.RowsAsync(db, id, either.Token))
        {
            yield return Line("act", [.. AuditChain.Members(AuditChain.Entry(row), row.Sequence!.Value), ("hash", Convert.ToHexStringLower(row.Hash!))]);
            if (next >= signed.Count || signed[next].Sequence != row.Sequence) continue;
            var checkpoint = signed[next++];
            yield return Line(
                "checkpoint", ("at", CanonicalJson.Time(checkpoint.At)), ("hash", Convert.ToHexStringLower(checkpoint.Hash)), ("keyId", checkpoint.KeyId),
                ("sequence", checkpoint.Sequence), ("signature", Convert.ToBase64String(checkpoint.Signature)), ("team", id.ToString()));
        }
    }

    private static string Line(string kind, params IEnumerable<(string Name, object Value)> members) => Encoding.UTF8.GetString(CanonicalJson.Of([("kind", kind), .. members]));
}
