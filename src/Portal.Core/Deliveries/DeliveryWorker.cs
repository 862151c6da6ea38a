using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;

namespace Portal.Core.Deliveries;

/// <summary>Carries deliveries out, each in one transaction with the release it makes: after a crash either both are there or neither.</summary>
internal sealed partial class DeliveryWorker(
    ITenantDbContextFactory contexts, ReleaseWriter releases, AuditTrail audit, WorkSignal signal, PortalCoreOptions options, TimeProvider clock, ILogger<DeliveryWorker> logger)
    : BackgroundService
{
    private const int MaxAttempts = 10;
    private static readonly Actor Webhook = new(Guid.Empty, "webhook", PlatformRoles.None);

    /// <summary>Carries out every pending delivery, oldest first.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        List<(Guid Id, Guid Team)> pending;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            pending = (await db.Deliveries.AsNoTracking().Where(d => d.State == DeliveryState.Pending).OrderBy(d => d.ReceivedAt).Take(200)
                .Select(d => new { d.Id, d.TeamId }).ToListAsync(cancellationToken)).ConvertAll(d => (d.Id, d.TeamId));
        }

        foreach (var (id, team) in pending)
        {
            try
            {
                await CarryOutAsync(id, team, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Failed(logger, e, id);
                await CountAsync(id, team, cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wake = signal.Next;
            try
            {
                await PassAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                PassFailed(logger, e);
            }

            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(wake, Task.Delay(options.PollInterval, clock, pause.Token));
            await pause.CancelAsync();
        }
    }

    private async Task CarryOutAsync(Guid id, Guid team, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(team), cancellationToken);
        // Another process that has it under way is left to it.
        if (await db.Deliveries.FromSql($"SELECT * FROM portal.deliveries WHERE id = {id} AND state = 'Pending' FOR UPDATE SKIP LOCKED").SingleOrDefaultAsync(cancellationToken) is not { } delivery) return;
        var pushed = ImagePushed.Read(delivery.Body);
        delivery.Type = pushed.Type;
        delivery.ProcessedAt = clock.GetUtcNow();
        if (pushed.Fault is not null) (delivery.State, delivery.Reason) = (DeliveryState.Failed, pushed.Fault);
        else if (pushed.Image is null) (delivery.State, delivery.Reason) = (DeliveryState.Ignored, $"Events of type {pushed.Type} ask for nothing here.");
        else if (!await ReleaseAsync(db, delivery, pushed.Image, cancellationToken)) return;
        await db.CommitAsync(cancellationToken);
        signal.Raise();
    }

    /// <summary>Makes the release; false when a verdict of refusal was committed by itself.</summary>
    private async Task<bool> ReleaseAsync(PortalDbContext db, DeliveryRow delivery, string image, CancellationToken cancellationToken)
    {
        var place = await (
            from endpoint in db.WebhookEndpoints
            join a in db.Apps on endpoint.AppId equals a.Id
            join environment in db.Environments on a.EnvironmentId equals environment.Id
            join project in db.Projects on environment.ProjectId equals project.Id
            join team in db.Teams on environment.TeamId equals team.Id
            where endpoint.Id == delivery.EndpointId
            select new { AppId = a.Id, App = a.Name, Environment = environment.Name, Project = project.Name, Team = team.Name, Deleted = endpoint.DeletedAt != null || environment.DeletingAt != null })
            .SingleAsync(cancellationToken);
        var app = await ReleaseWriter.LockAppAsync(db, place.AppId, cancellationToken);
        var newest = app is null ? null : await ReleaseWriter.NewestAsync(db, app, cancellationToken);
        if (app is null || newest is null || app.DeletingAt is not null || place.Deleted)
        {
            (delivery.State, delivery.Reason) = (DeliveryState.Failed, "The app or the endpoint was deleted before the delivery was carried out.");
            return true;
        }

        var draft = new ReleaseDraft(
            DeclarationJson.Read(newest.Declaration).WithImage(place.Environment, image), ReleaseJson.Versions(newest.SecretVersions), $"image {image} pushed", Webhook.Email)
        { DeliveryId = delivery.Id, Trigger = ReleaseTrigger.Webhook };
        var release = await releases.WriteAsync(db, app, place.Environment, draft, cancellationToken);
        if (!release.IsOk)
        {
            // What the attempt wrote so far must not stay; the verdict goes into a transaction of its own.
            await db.DisposeAsync();
            await using var verdict = await contexts.CreateAsync(TenantContext.ForTeam(delivery.TeamId), cancellationToken);
            await verdict.Deliveries.Where(d => d.Id == delivery.Id && d.State == DeliveryState.Pending).ExecuteUpdateAsync(
                set => set.SetProperty(d => d.State, DeliveryState.Failed).SetProperty(d => d.Reason, release.Error.Message).SetProperty(d => d.Type, delivery.Type)
                    .SetProperty(d => d.ProcessedAt, delivery.ProcessedAt), cancellationToken);
            await verdict.CommitAsync(cancellationToken);
            return false;
        }

        var waits = release.Value.Rollout.State == RolloutState.AwaitingApproval;
        var reason = waits ? $"Release {release.Value.Number} with {image} waits for approval." : $"Release {release.Value.Number} runs {image}.";
        (delivery.State, delivery.Reason, delivery.Release) = (DeliveryState.Released, reason, release.Value.Number);
        audit.Add(db, delivery.TeamId, Webhook, "delivery.release", new ScopeRef(place.Team, place.Project, place.Environment, place.App).ToString(), AuditOutcome.Done, image);
        return true;
    }

    private async Task CountAsync(Guid id, Guid team, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(team), cancellationToken);
        if (await db.Deliveries.SingleOrDefaultAsync(d => d.Id == id && d.State == DeliveryState.Pending, cancellationToken) is not { } delivery) return;
        delivery.Attempts++;
        if (delivery.Attempts >= MaxAttempts) (delivery.State, delivery.Reason) = (DeliveryState.Failed, "It could not be carried out after ten attempts; the portal's log says why.");
        await db.CommitAsync(cancellationToken);
    }

    [LoggerMessage(2202, LogLevel.Error, "Delivery {Delivery} could not be carried out")]
    private static partial void Failed(ILogger logger, Exception e, Guid delivery);

    [LoggerMessage(2203, LogLevel.Error, "A pass over the deliveries failed")]
    private static partial void PassFailed(ILogger logger, Exception e);
}
