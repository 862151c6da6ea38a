using k8s.Models;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Activity;

/// <summary>Merges a project's releases, warnings and audit by time. Each source yields at most the page asked for, so the merge of them is the newest of all.</summary>
internal sealed class ActivityQueries(UnitOfWork work, ClusterLinks links) : IActivity
{
    // Acts that made a release stand there as the release.
    private static readonly List<string> Releasing = ["app.declare", "app.scale", "app.deploy", "app.restart", "app.variable", "app.secret", "app.rollback", "app.image", "app.promote", "domain.add", "domain.remove", "delivery.release"];

    public Task<Result<IReadOnlyList<ActivityItem>>> ListAsync(Actor actor, string team, string project, int limit, DateTimeOffset? before, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<ActivityItem>>(actor, Right.AppView, new(team, project), async (db, access) =>
        {
            if (limit is < 1 or > 200) return Error.Invalid("limit", "Must be from 1 to 200.");
            var until = (before ?? DateTimeOffset.MaxValue).ToUniversalTime();
            var items = new List<ActivityItem>();
            items.AddRange(await ReleasesAsync(db, access.ProjectId!.Value, until, limit, cancellationToken));
            if (access.Can(Right.AuditRead)) items.AddRange(await ActsAsync(db, $"{team}/{project}", until, limit, cancellationToken));
            foreach (var environment in await db.Environments.AsNoTracking().Where(e => e.ProjectId == access.ProjectId).Select(e => new { e.Name, e.Namespace, e.ClusterId }).ToListAsync(cancellationToken))
            {
                var cache = (await links.LinkAsync(environment.ClusterId, cancellationToken)).Cache;
                items.AddRange(cache.Events.In(environment.Namespace).Values.Where(e => e.Type == "Warning").Select(e => Warning(e, environment.Name)).Where(item => item.At < until));
            }

            return items.OrderByDescending(item => item.At).Take(limit).ToList();
        }, cancellationToken);

    private static async Task<IEnumerable<ActivityItem>> ReleasesAsync(PortalDbContext db, Guid project, DateTimeOffset until, int limit, CancellationToken cancellationToken)
    {
        var rows = await (
            from release in db.Releases.AsNoTracking()
            join app in db.Apps.AsNoTracking() on release.AppId equals app.Id
            join environment in db.Environments.AsNoTracking() on app.EnvironmentId equals environment.Id
            join rollout in db.Rollouts.AsNoTracking() on release.Id equals rollout.ReleaseId
            where environment.ProjectId == project && release.CreatedAt < until
            orderby release.CreatedAt descending
            select new { release.CreatedAt, release.Author, release.Number, release.Reason, App = app.Name, Environment = environment.Name, rollout.State, rollout.Message }).Take(limit).ToListAsync(cancellationToken);
        return rows.Select(row => new ActivityItem(row.CreatedAt, ActivityKind.Release, row.Author, row.Environment, row.App, $"Release {row.Number}: {row.Reason}", row.Message, row.State.ToString()));
    }

    private static async Task<IEnumerable<ActivityItem>> ActsAsync(PortalDbContext db, string place, DateTimeOffset until, int limit, CancellationToken cancellationToken)
    {
        var rows = await db.Audit.AsNoTracking().Where(row => (row.Target == place || row.Target.StartsWith(place + "/")) && row.At < until && (row.Outcome == AuditOutcome.Denied || !Releasing.Contains(row.Action)))
            .OrderByDescending(row => row.Id).Take(limit).ToListAsync(cancellationToken);
        return rows.Select(row =>
        {
            var parts = row.Target.Split('/');
            return new ActivityItem(
                row.At, ActivityKind.Act, row.ActorEmail, parts.ElementAtOrDefault(2) ?? "", parts.ElementAtOrDefault(3) ?? "", row.Action, row.Detail, row.Outcome == AuditOutcome.Denied ? nameof(AuditOutcome.Denied) : "");
        });
    }

    private static ActivityItem Warning(Corev1Event e, string environment)
    {
        var at = e.LastTimestamp ?? e.EventTime ?? e.FirstTimestamp ?? e.Metadata.CreationTimestamp ?? DateTime.UnixEpoch;
        return new(
            new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)), ActivityKind.Warning, "", environment, "", $"{e.Reason}: {e.InvolvedObject?.Kind}/{e.InvolvedObject?.Name}",
            (e.Count ?? 1) > 1 ? $"{e.Message} (×{e.Count})" : e.Message ?? "", "");
    }
}
