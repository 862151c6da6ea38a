using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Observe;

/// <summary>Serves snapshots from the shared caches; a stream re-reads when its namespace changed and at least every three seconds.</summary>
internal sealed class AppObserver(IAuthorizer authorizer, ITenantDbContextFactory contexts, ClusterLinks links, ChangeFeed changes, TimeProvider clock) : IAppObserver
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);
    // A right that is gone must end a stream within five seconds, the pause for bursts and the asking included.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(3);

    public async Task<Result<AppSnapshot>> GetAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        (await ReadAsync(actor, app, cancellationToken)).Match(
            all => all.Snapshots is [var one] ? Result<AppSnapshot>.Ok(one) : Error.NotFound("app"), error => error);

    public async Task<Result<ImmutableArray<AppSnapshot>>> GetEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        (await ReadAsync(actor, environment, cancellationToken)).Match(all => Result<ImmutableArray<AppSnapshot>>.Ok(all.Snapshots), error => error);

    public async Task<Result<IAsyncEnumerable<AppSnapshot>>> WatchAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.App is null) throw new ArgumentException("The scope names no app.", nameof(app));
        var first = await ReadAsync(actor, app, cancellationToken);
        return first.IsOk ? Result<IAsyncEnumerable<AppSnapshot>>.Ok(Stream(actor, app, first.Value, cancellationToken).Select(all => all[0])) : first.Error;
    }

    public async Task<Result<IAsyncEnumerable<ImmutableArray<AppSnapshot>>>> WatchEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken)
    {
        var first = await ReadAsync(actor, environment, cancellationToken);
        return first.IsOk ? Result<IAsyncEnumerable<ImmutableArray<AppSnapshot>>>.Ok(Stream(actor, environment, first.Value, cancellationToken)) : first.Error;
    }

    private async IAsyncEnumerable<ImmutableArray<AppSnapshot>> Stream(
        Actor actor, ScopeRef scope, Reading first, CancellationToken outer, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(outer, cancellationToken);
        var shown = first.Snapshots;
        yield return shown;
        while (true)
        {
            var changed = changes.In(first.Namespace);
            // Read once more before waiting: what changed while the last state was on its way raised no signal that is still to come.
            var reading = await ReadOrNullAsync(actor, scope, either.Token);
            if (reading is null) yield break;
            if (!Equal(shown, reading.Snapshots))
            {
                shown = reading.Snapshots;
                yield return shown;
            }

            if (!await PauseAsync(Task.Delay(Pace, clock, either.Token))) yield break;
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
            await Task.WhenAny(changed, Task.Delay(Recheck - Pace, clock, tick.Token));
            await tick.CancelAsync();
            if (either.IsCancellationRequested) yield break;
        }
    }

    private static async Task<bool> PauseAsync(Task delay)
    {
        await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !delay.IsCanceled;
    }

    private async Task<Reading?> ReadOrNullAsync(Actor actor, ScopeRef scope, CancellationToken cancellationToken)
    {
        try
        {
            var reading = await ReadAsync(actor, scope, cancellationToken);
            return reading.IsOk && (scope.App is null || reading.Value.Snapshots.Length == 1) ? reading.Value : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<Result<Reading>> ReadAsync(Actor actor, ScopeRef scope, CancellationToken cancellationToken) =>
        await UnitOfWork.GuardAsync<Reading>(async () =>
        {
            var access = await authorizer.AuthorizeAsync(actor, Right.AppView, scope, cancellationToken);
            if (!access.IsOk) return access.Error;
            await using var db = await contexts.CreateAsync(access.Value.Tenant, cancellationToken);
            var place = await db.Environments.Where(e => e.Id == access.Value.EnvironmentId).Select(e => new { e.Namespace, e.ClusterId }).SingleAsync(cancellationToken);
            var ns = place.Namespace;
            var apps = await (
                from app in db.Apps.AsNoTracking()
                join rollout in db.Rollouts.AsNoTracking() on new { app.Id, Number = app.LastRelease } equals new { Id = rollout.AppId, rollout.Number } into rollouts
                from rollout in rollouts.DefaultIfEmpty()
                where app.EnvironmentId == access.Value.EnvironmentId && (access.Value.AppId == null || app.Id == access.Value.AppId)
                orderby app.Name
                select new { app.Name, app.Workload, Rollout = rollout }).ToListAsync(cancellationToken);
            var cache = (await links.LinkAsync(place.ClusterId, cancellationToken)).Cache;
            var (deployments, pods, events) = (cache.Deployments.In(ns), cache.Pods.In(ns), cache.Events.In(ns));
            var (fresh, now, age) = (cache.IsFresh, clock.GetUtcNow(), cache.Age);
            return new Reading(ns,
            [
                .. apps.Select(app => Snapshots.Of(app.Workload, deployments.Values, pods.Values, events.Values, app.Rollout is null ? null : ReleaseJson.View(app.Rollout), fresh, now, age) with { App = app.Name }),
            ]);
        });

    /// <summary>Whether two states look alike: time and age apart, which always differ.</summary>
    private static bool Equal(ImmutableArray<AppSnapshot> one, ImmutableArray<AppSnapshot> other) =>
        one.Length == other.Length && one.Zip(other).All(pair =>
            pair.First.App == pair.Second.App && pair.First.Health == pair.Second.Health && pair.First.Rollout == pair.Second.Rollout
            && (pair.First.Health == HealthState.Unknown || pair.First.Reason == pair.Second.Reason)
            && pair.First.Processes.SequenceEqual(pair.Second.Processes) && pair.First.Instances.SequenceEqual(pair.Second.Instances)
            && pair.First.Events.SequenceEqual(pair.Second.Events));

    private sealed record Reading(string Namespace, ImmutableArray<AppSnapshot> Snapshots);
}
