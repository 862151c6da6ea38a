using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Metrics;

/// <summary>Reads samples, gathered into steps by the database.</summary>
internal sealed class MetricsQueries(UnitOfWork work, MetricsSampler sampler, PortalCoreOptions options, TimeProvider clock) : IMetrics
{
    private const int MaxSteps = 240;

    public Task<Result<MetricsView>> ReadAsync(Actor actor, ScopeRef app, TimeSpan range, bool compare, CancellationToken cancellationToken) =>
        work.ReadAsync<MetricsView>(actor, Right.MetricsRead, app, async (db, access) =>
        {
            if (range < TimeSpan.FromMinutes(1) || range > options.MetricsRetention) return Error.Invalid("range", $"Must be from one minute to {options.MetricsRetention.TotalHours:0} hours.");
            var step = Step(range);
            var to = clock.GetUtcNow();
            var from = new DateTimeOffset((to - range).Ticks / step.Ticks * step.Ticks, TimeSpan.Zero);
            var id = access.AppId!.Value;
            var points = await PointsAsync(db, id, from, to, step, TimeSpan.Zero, cancellationToken);
            var former = compare ? await PointsAsync(db, id, from - range, from, step, range, cancellationToken) : [];
            var releases = await (
                from release in db.Releases.AsNoTracking()
                join rollout in db.Rollouts.AsNoTracking() on release.Id equals rollout.ReleaseId
                where release.AppId == id && release.CreatedAt >= @from
                orderby release.Number
                select new MetricsView.Marker(release.Number, release.CreatedAt, release.Reason, rollout.State)).ToListAsync(cancellationToken);
            var target = await db.Environments.Where(e => e.Id == access.EnvironmentId && e.ClusterId != null).Join(db.Clusters, e => e.ClusterId, c => c.Id, (_, c) => c).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
            return new MetricsView(@from, to, (int)step.TotalSeconds, points, former, [.. releases], [.. Lacks(points, target)]);
        }, cancellationToken);

    // A step is a whole number of sampling intervals.
    private TimeSpan Step(TimeSpan range) => options.MetricsInterval * Math.Max(1, Math.Ceiling(range / options.MetricsInterval / MaxSteps));

    private IEnumerable<string> Lacks(ImmutableArray<MetricsPoint> points, ClusterRow? target)
    {
        if (target is { HasPlacement: false })
        {
            if (sampler.UsageFaultOf(target.Id) is { } unknown) yield return $"Not available on this cluster: {unknown}";
            yield return "Not available on this cluster: requests, errors and latency are counted by Portal's own ingress, which does not run there.";
            yield break;
        }

        if (sampler.UsageFaultOf(target?.Id) is { } fault) yield return fault;
        if (points.Length > 0 && points.All(point => point.Requests is null))
            yield return "The ingress has no figures of this app yet: it was not asked for anything, or this cluster's ingress does not publish any.";
    }

    private static async Task<ImmutableArray<MetricsPoint>> PointsAsync(
        PortalDbContext db, Guid app, DateTimeOffset from, DateTimeOffset to, TimeSpan step, TimeSpan shift, CancellationToken cancellationToken)
    {
        var rows = await db.Database.SqlQuery<Bucket>(
            $"""
            SELECT date_bin({step}, at, {DateTimeOffset.UnixEpoch}) AS "At", avg(cpu_millis)::float8 AS "Cpu", avg(memory_bytes)::float8 AS "Memory", max(instances) AS "Instances",
                   max(restarts) AS "Restarts", avg(requests)::float8 AS "Requests", avg(errors)::float8 AS "Errors", avg(latency_median)::float8 AS "Median", max(latency_p95)::float8 AS "P95"
            FROM portal.metric_points WHERE app_id = {app} AND at >= {from} AND at < {to} GROUP BY 1 ORDER BY 1
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new MetricsPoint(row.At + shift, row.Cpu, row.Memory, row.Instances, row.Restarts, row.Requests, row.Errors, row.Median, row.P95))];
    }

    private sealed record Bucket(DateTimeOffset At, double? Cpu, double? Memory, int Instances, int Restarts, double? Requests, double? Errors, double? Median, double? P95);
}
