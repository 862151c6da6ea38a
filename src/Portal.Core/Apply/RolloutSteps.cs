using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Observe;
using Portal.Core.Releases;

namespace Portal.Core.Apply;

/// <summary>
/// One step of each rollout: Queued → (Releasing) → Applying → Rolling → Live, or with a second set of web instances Queued → (Releasing) → Shifting → Promoting → Live;
/// Failed at the deadline. Every transition is committed by itself and only from the state it was decided in, so a rollout superseded or cancelled meanwhile stays so.
/// What a step writes follows from the row alone: done again by whoever comes next, it changes nothing.
/// </summary>
internal sealed partial class RolloutSteps(
    ITenantDbContextFactory contexts, ReleaseObjects objects, Applier applier, ReleaseCommandRun commands, Candidate candidate, CrashLook crashes, ICluster cluster,
    Recoveries recoveries, ChangeFeed changes, TimeProvider clock, ILogger<RolloutSteps> logger)
{
    /// <summary>Takes every active rollout on one cluster a step on; true while there are any.</summary>
    /// <param name="cluster">The cluster; null for the embedded engine.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public async Task<bool> PassAsync(Guid? cluster, CancellationToken cancellationToken)
    {
        // Recoveries only write rows.
        var recovered = cluster is null && await recoveries.PassAsync(cancellationToken);
        List<RolloutRow> active;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            active = await (
                from rollout in db.Rollouts.AsNoTracking()
                join app in db.Apps on rollout.AppId equals app.Id
                join environment in db.Environments on app.EnvironmentId equals environment.Id
                where RolloutStates.Active.Contains(rollout.State) && environment.ClusterId == cluster
                orderby rollout.CreatedAt
                select rollout).ToListAsync(cancellationToken);
        }

        await Parallel.ForEachAsync(active, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (rollout, cancel) =>
        {
            try
            {
                await StepAsync(rollout, cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                StepFailed(logger, e, rollout.AppId, rollout.Number);
            }
        });
        return recovered || active.Count > 0;
    }

    private async Task StepAsync(RolloutRow seen, CancellationToken cancellationToken)
    {
        // Held while the step lasts: no two processes write one app's objects, and an old release cannot be written after a new one.
        await using var locked = await contexts.CreateAsync(TenantContext.ForTeam(seen.TeamId), cancellationToken);
        if (!await AppLock.TryTakeAsync(locked, seen.AppId, cancellationToken)) return;
        var rollout = await locked.Rollouts.AsNoTracking().SingleOrDefaultAsync(r => r.ReleaseId == seen.ReleaseId, cancellationToken);
        var app = await locked.Apps.AsNoTracking().SingleOrDefaultAsync(a => a.Id == seen.AppId, cancellationToken);
        if (rollout is null || app is null || app.DeletingAt is not null || !rollout.State.IsActive()) return;
        if (await locked.Environments.AnyAsync(e => e.Id == app.EnvironmentId && e.DeletingAt != null, cancellationToken)) return;
        var release = await locked.Releases.AsNoTracking().SingleAsync(r => r.Id == rollout.ReleaseId, cancellationToken);
        var input = await objects.InputAsync(locked, app, release, cancellationToken);
        try
        {
            // As far as it goes without waiting.
            while (rollout.State.IsActive() && await AdvanceAsync(rollout, release, input, cancellationToken))
            {
                // The row says what comes next.
            }
        }
        catch (ClusterException e)
        {
            if (e.IsFinal) await FailAsync(rollout, input, e.Message, cancellationToken);
            else await WaitAsync(rollout, input, e.Message, cancellationToken);
        }
    }

    /// <summary>Does what the state asks for; true when it led to another state.</summary>
    private Task<bool> AdvanceAsync(RolloutRow rollout, ReleaseRow release, CompileInput input, CancellationToken cancellationToken) => rollout.State switch
    {
        RolloutState.Queued => BeginAsync(rollout, release, input, cancellationToken),
        RolloutState.Releasing => ReleaseAsync(rollout, release, input, cancellationToken),
        RolloutState.Applying => ApplyAsync(rollout, input, cancellationToken),
        RolloutState.Shifting => ShiftAsync(rollout, input, cancellationToken),
        RolloutState.Promoting => PromoteAsync(rollout, input, cancellationToken),
        _ => RollAsync(rollout, input, cancellationToken),
    };

    private async Task<bool> BeginAsync(RolloutRow rollout, ReleaseRow release, CompileInput input, CancellationToken cancellationToken)
    {
        rollout.StartedAt ??= clock.GetUtcNow();
        // What only scales or moves domains has nothing to migrate.
        var runs = input.Spec.Release is not null && release.Trigger != ReleaseTrigger.Recovery && await applier.ReplacesAsync(input, cancellationToken);
        return await MoveAsync(rollout, runs ? RolloutState.Releasing : await AfterCommandAsync(release, input, cancellationToken), "", input.Namespace, cancellationToken);
    }

    private async Task<bool> ReleaseAsync(RolloutRow rollout, ReleaseRow release, CompileInput input, CancellationToken cancellationToken)
    {
        if (await commands.AdvanceAsync(input, input.Spec.Release!, cancellationToken) is not var (succeeded, message))
        {
            await WaitAsync(rollout, input, "the release command runs", cancellationToken);
            return false;
        }

        if (!succeeded) return await FailAsync(rollout, input, message, cancellationToken);
        return await MoveAsync(rollout, await AfterCommandAsync(release, input, cancellationToken), "", input.Namespace, cancellationToken);
    }

    // A second set makes sense beside a first one, and only for what replaces instances.
    private async Task<RolloutState> AfterCommandAsync(ReleaseRow release, CompileInput input, CancellationToken cancellationToken) =>
        input.Spec.Rollout is { Weights.Length: > 0 } && release.Trigger != ReleaseTrigger.Recovery && input.Spec.Processes["web"].Most > 0
        && await candidate.HasFirstSetAsync(input, cancellationToken) && await applier.ReplacesAsync(input, cancellationToken)
            ? RolloutState.Shifting
            : RolloutState.Applying;

    private async Task<bool> ApplyAsync(RolloutRow rollout, CompileInput input, CancellationToken cancellationToken)
    {
        await applier.ApplyAsync(input, [], cancellationToken);
        return await MoveAsync(rollout, RolloutState.Rolling, "", input.Namespace, cancellationToken);
    }

    private async Task<bool> RollAsync(RolloutRow rollout, CompileInput input, CancellationToken cancellationToken)
    {
        if (await applier.WaitingForAsync(input, cancellationToken) is { } waiting) return await WaitOrCrashAsync(rollout, input, waiting, cancellationToken);
        await applier.PruneAllAsync(input, cancellationToken);
        rollout.Digest = await cluster.ImageDigestAsync(input.Namespace, input.App, input.InstanceRelease, cancellationToken);
        return await MoveAsync(rollout, RolloutState.Live, "", input.Namespace, cancellationToken);
    }

    /// <summary>The second set at its weight, each held until it has been healthy long enough; then the next weight.</summary>
    private async Task<bool> ShiftAsync(RolloutRow rollout, CompileInput input, CancellationToken cancellationToken)
    {
        var strategy = input.Spec.Rollout!;
        var (scaled, whole) = await candidate.WholeAsync(input, cancellationToken);
        var wanted = strategy.Weights[Math.Max(0, rollout.Step)];
        var instances = Candidate.Instances(whole, wanted);
        // Before the first weight and until the instances for a higher one are ready, the traffic stays as it is.
        var former = rollout.Step < 0 ? 0 : rollout.StepSince is null && rollout.Step > 0 ? strategy.Weights[rollout.Step - 1] : rollout.StepSince is null ? 0 : wanted;
        await candidate.ApplyAsync(scaled, former, instances, cancellationToken);
        if (await candidate.WaitingForAsync(input, instances, cancellationToken) is { } waiting)
        {
            // Health lost while a weight is held begins the hold anew, within the deadline.
            if (rollout.StepSince is not null)
            {
                (rollout.StepSince, rollout.Weight) = (null, rollout.Step > 0 ? strategy.Weights[rollout.Step - 1] : 0);
                await MoveAsync(rollout, rollout.State, waiting, input.Namespace, cancellationToken);
            }

            return await WaitOrCrashAsync(rollout, input, waiting, cancellationToken);
        }

        var now = clock.GetUtcNow();
        if (rollout.Step < 0 || rollout.StepSince is null)
        {
            (rollout.Step, rollout.StepSince, rollout.Weight) = (Math.Max(0, rollout.Step), now, wanted);
            // The row first: whoever finds the traffic turned finds the reason too.
            if (!await MoveAsync(rollout, rollout.State, $"{wanted} % of the traffic goes to the new instances", input.Namespace, cancellationToken)) return false;
            await candidate.ApplyAsync(scaled, wanted, instances, cancellationToken);
        }

        if (now < rollout.StepSince + strategy.HoldTime)
        {
            await WaitAsync(rollout, input, $"{wanted} % of the traffic goes to the new instances", cancellationToken);
            return false;
        }

        if (rollout.Step == strategy.Weights.Length - 1) return await MoveAsync(rollout, RolloutState.Promoting, "", input.Namespace, cancellationToken);
        (rollout.Step, rollout.StepSince) = (rollout.Step + 1, null);
        return await MoveAsync(rollout, rollout.State, "", input.Namespace, cancellationToken);
    }

    /// <summary>The first set becomes the new release while the second carries all traffic; then the traffic returns, and the second set goes.</summary>
    private async Task<bool> PromoteAsync(RolloutRow rollout, CompileInput input, CancellationToken cancellationToken)
    {
        var (scaled, whole) = await candidate.WholeAsync(input, cancellationToken);
        await applier.ApplyAsync(input, Candidate.Objects(scaled, 100, whole), cancellationToken);
        if (await applier.WaitingForAsync(input, cancellationToken) is { } waiting) return await WaitOrCrashAsync(rollout, input, waiting, cancellationToken);
        await candidate.RemoveAsync(input, cancellationToken);
        return await RollAsync(rollout, input, cancellationToken);
    }

    private async Task<bool> WaitOrCrashAsync(RolloutRow rollout, CompileInput input, string waiting, CancellationToken cancellationToken)
    {
        if (await crashes.FindAsync(input, cancellationToken) is { } crash) return await FailAsync(rollout, input, crash, cancellationToken);
        await WaitAsync(rollout, input, waiting, cancellationToken);
        return false;
    }

    private async Task WaitAsync(RolloutRow rollout, CompileInput input, string message, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() >= rollout.Deadline) await FailAsync(rollout, input, $"Not live in time: {message}", cancellationToken);
        else if (message != rollout.Message) await MoveAsync(rollout, rollout.State, message, input.Namespace, cancellationToken);
    }

    private async Task<bool> FailAsync(RolloutRow rollout, CompileInput input, string message, CancellationToken cancellationToken)
    {
        // The traffic goes back to the first set at once, whether a recovery follows or not. Without an answer the recovery does it.
        if (rollout.State is RolloutState.Shifting or RolloutState.Promoting) await TryRemoveAsync(input, cancellationToken);
        // The same transaction that ends it says that something follows: no process can die between the two.
        rollout.RecoveryDue = true;
        await MoveAsync(rollout, RolloutState.Failed, message, input.Namespace, cancellationToken);
        return false;
    }

    private async Task TryRemoveAsync(CompileInput input, CancellationToken cancellationToken)
    {
        try
        {
            await candidate.RemoveAsync(input, cancellationToken);
        }
        catch (ClusterException)
        {
            // Not a reason to stay in a state that is not final.
        }
    }

    /// <summary>Commits a transition with what the row remembers; false when the rollout is no longer in the state it was decided in.</summary>
    private async Task<bool> MoveAsync(RolloutRow rollout, RolloutState to, string message, string ns, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(rollout.TeamId), cancellationToken);
        DateTimeOffset? finished = to.IsFinal() ? now : null;
        var moved = await db.Rollouts.Where(r => r.ReleaseId == rollout.ReleaseId && r.State == rollout.State)
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.State, to).SetProperty(r => r.Message, message).SetProperty(r => r.UpdatedAt, now).SetProperty(r => r.FinishedAt, finished)
                    .SetProperty(r => r.Step, rollout.Step).SetProperty(r => r.Weight, rollout.Weight).SetProperty(r => r.StepSince, rollout.StepSince).SetProperty(r => r.StartedAt, rollout.StartedAt)
                    .SetProperty(r => r.Digest, rollout.Digest).SetProperty(r => r.RecoveryDue, rollout.RecoveryDue), cancellationToken);
        await db.CommitAsync(cancellationToken);
        if (moved == 1 && to != rollout.State) Moved(logger, rollout.AppId, rollout.Number, to, message);
        if (moved == 1) (rollout.State, rollout.Message) = (to, message);
        changes.Raise(ns);
        return moved == 1;
    }

    [LoggerMessage(2002, LogLevel.Information, "Rollout of release {Release} of app {App} is {State} {Message}")]
    private static partial void Moved(ILogger logger, Guid app, int release, RolloutState state, string message);

    [LoggerMessage(2003, LogLevel.Error, "A step of release {Release} of app {App} failed")]
    private static partial void StepFailed(ILogger logger, Exception e, Guid app, int release);
}
