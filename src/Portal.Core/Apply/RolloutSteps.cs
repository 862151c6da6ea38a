using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Core.Data;
using Portal.Core.Observe;
using Portal.Core.Releases;

namespace Portal.Core.Apply;

/// <summary>
/// One step of each rollout: Queued → Applying → Rolling → Live, or Failed at the deadline. Every transition is committed by itself and only
/// from the state it was decided in, so a rollout superseded or cancelled meanwhile stays so.
/// </summary>
internal sealed partial class RolloutSteps(
    ITenantDbContextFactory contexts, ReleaseObjects objects, Applier applier, ChangeFeed changes, TimeProvider clock, ILogger<RolloutSteps> logger)
{
    /// <summary>Takes every active rollout a step on; true while there are any.</summary>
    public async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        List<RolloutRow> active;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            active = await db.Rollouts.AsNoTracking()
                .Where(r => RolloutStates.Active.Contains(r.State))
                .OrderBy(r => r.CreatedAt).ToListAsync(cancellationToken);
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
        return active.Count > 0;
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
            if (rollout.State == RolloutState.Queued && await MoveAsync(rollout, RolloutState.Applying, "", input.Namespace, cancellationToken)) rollout.State = RolloutState.Applying;
            if (rollout.State == RolloutState.Applying)
            {
                await applier.ApplyAsync(input, [], cancellationToken);
                if (await MoveAsync(rollout, RolloutState.Rolling, "", input.Namespace, cancellationToken)) rollout.State = RolloutState.Rolling;
            }

            if (rollout.State != RolloutState.Rolling) return;
            if (await applier.WaitingForAsync(input, cancellationToken) is { } waiting) await WaitAsync(rollout, waiting, input.Namespace, cancellationToken);
            else
            {
                await applier.PruneAllAsync(input, cancellationToken);
                await MoveAsync(rollout, RolloutState.Live, "", input.Namespace, cancellationToken);
            }
        }
        catch (ClusterException e)
        {
            if (e.IsFinal) await MoveAsync(rollout, RolloutState.Failed, e.Message, input.Namespace, cancellationToken);
            else await WaitAsync(rollout, e.Message, input.Namespace, cancellationToken);
        }
    }

    private async Task WaitAsync(RolloutRow rollout, string message, string ns, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() >= rollout.Deadline) await MoveAsync(rollout, RolloutState.Failed, $"Not live in time: {message}", ns, cancellationToken);
        else if (message != rollout.Message) await MoveAsync(rollout, rollout.State, message, ns, cancellationToken);
    }

    /// <summary>Commits a transition; false when the rollout is no longer in the state it was decided in.</summary>
    private async Task<bool> MoveAsync(RolloutRow rollout, RolloutState to, string message, string ns, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(rollout.TeamId), cancellationToken);
        var moved = await db.Rollouts.Where(r => r.ReleaseId == rollout.ReleaseId && r.State == rollout.State)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.State, to).SetProperty(r => r.Message, message).SetProperty(r => r.UpdatedAt, now), cancellationToken);
        await db.CommitAsync(cancellationToken);
        if (moved == 1 && to != rollout.State) Moved(logger, rollout.AppId, rollout.Number, to, message);
        changes.Raise(ns);
        return moved == 1;
    }

    [LoggerMessage(2002, LogLevel.Information, "Rollout of release {Release} of app {App} is {State} {Message}")]
    private static partial void Moved(ILogger logger, Guid app, int release, RolloutState state, string message);

    [LoggerMessage(2003, LogLevel.Error, "A step of release {Release} of app {App} failed")]
    private static partial void StepFailed(ILogger logger, Exception e, Guid app, int release);
}
