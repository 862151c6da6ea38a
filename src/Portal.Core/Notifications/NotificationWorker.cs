using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Audit;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;

namespace Portal.Core.Notifications;

/// <summary>Turns what happened into messages by the channels' rules, one transaction an occurrence, and sends what is due. After a crash a message is sent at least once, under the same id.</summary>
internal sealed partial class NotificationWorker(
    ITenantDbContextFactory contexts, SecretCipher cipher, HttpChannel http, MailChannel mail, AuditTrail audit, WorkSignal signal, PortalCoreOptions options, TimeProvider clock,
    ILogger<NotificationWorker> logger) : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Busy = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);
    private static readonly Actor Portal = new(Guid.Empty, "portal", PlatformRoles.None);

    /// <summary>Makes messages of what happened, then sends every one that is due.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        await FanOutAsync(cancellationToken);
        List<(Guid Id, Guid Team)> due;
        var now = clock.GetUtcNow();
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            due = (await db.Notifications.AsNoTracking().Where(n => n.State == NotificationState.Pending && n.NextAt <= now).OrderBy(n => n.NextAt).Take(AtOnce)
                .Select(n => new { n.Id, n.TeamId }).ToListAsync(cancellationToken)).ConvertAll(n => (n.Id, n.TeamId));
        }

        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (message, cancel) =>
        {
            try
            {
                await SendAsync(message.Id, message.Team, cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                SendFailed(logger, e, message.Id);
            }
        });
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

    private async Task FanOutAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        // Another process that has them under way is left to them.
        var happened = await db.Occurrences.FromSql($"SELECT * FROM portal.occurrences WHERE processed_at IS NULL ORDER BY id LIMIT {AtOnce} FOR UPDATE SKIP LOCKED").ToListAsync(cancellationToken);
        if (happened.Count == 0) return;
        var now = clock.GetUtcNow();
        var teams = happened.Select(o => o.TeamId).Distinct().ToList();
        var channels = await (
            from channel in db.NotificationChannels.AsNoTracking()
            join project in db.Projects.AsNoTracking() on channel.ProjectId equals project.Id into projects
            from project in projects.DefaultIfEmpty()
            join team in db.Teams.AsNoTracking() on channel.TeamId equals team.Id
            where teams.Contains(channel.TeamId) && channel.DisabledAt == null
            select new { Channel = channel, Prefix = project == null ? null : team.Name + "/" + project.Name }).ToListAsync(cancellationToken);
        foreach (var occurrence in happened)
        {
            occurrence.ProcessedAt = now;
            foreach (var (channel, prefix) in channels.Select(c => (c.Channel, c.Prefix)))
            {
                if (channel.TeamId != occurrence.TeamId || !channel.Events.Any(pattern => EventTypes.Chooses(pattern, occurrence.Type))) continue;
                if (prefix is not null && occurrence.Scope != prefix && !occurrence.Scope.StartsWith(prefix + "/", StringComparison.Ordinal)) continue;
                db.Notifications.Add(NotificationCommands.Message(channel, occurrence.Type, occurrence.Scope, occurrence.Message, occurrence.Release, occurrence.At, now));
            }
        }

        await db.Occurrences.Where(o => o.ProcessedAt < now - KeptFor).ExecuteDeleteAsync(cancellationToken);
        await db.Notifications.Where(n => n.State != NotificationState.Pending && n.OccurredAt < now - KeptFor).ExecuteDeleteAsync(cancellationToken);
        await db.CommitAsync(cancellationToken);
    }

    private async Task SendAsync(Guid id, Guid team, CancellationToken cancellationToken)
    {
        NotificationRow? message;
        NotificationChannelRow channel;
        var now = clock.GetUtcNow();
        await using (var db = await contexts.CreateAsync(TenantContext.ForTeam(team), cancellationToken))
        {
            // Taken for a while: nobody else sends it meanwhile, and somebody will if this process dies.
            message = await db.Notifications.FromSql($"SELECT * FROM portal.notifications WHERE id = {id} AND state = 'Pending' AND next_at <= {now} FOR UPDATE SKIP LOCKED").SingleOrDefaultAsync(cancellationToken);
            if (message is null) return;
            (message.NextAt, message.Attempts) = (now + Busy, message.Attempts + 1);
            channel = await db.NotificationChannels.AsNoTracking().SingleAsync(c => c.Id == message.ChannelId, cancellationToken);
            await db.CommitAsync(cancellationToken);
        }

        var result = channel.DisabledAt is null || message.Type == "test" ? await SendAsync(message, channel, cancellationToken) : new(false, null, "The channel is disabled.", Gone: true);
        await NoteAsync(message, channel, result, cancellationToken);
    }

    private Task<SendResult> SendAsync(NotificationRow message, NotificationChannelRow channel, CancellationToken cancellationToken)
    {
        var target = cipher.Open(channel.Target, channel.TeamId, channel.Id, "target", 0);
        return channel.Kind switch
        {
            ChannelKind.Email => mail.SendAsync(message, target, cancellationToken),
            ChannelKind.Webhook => http.SendAsync(message, new(target), cipher.Open(channel.Secret!, channel.TeamId, channel.Id, "secret", 0), cancellationToken),
            _ => http.SendAsync(message, new(target), null, cancellationToken),
        };
    }

    private async Task NoteAsync(NotificationRow sent, NotificationChannelRow known, SendResult result, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(sent.TeamId), cancellationToken);
        if (await db.Notifications.SingleOrDefaultAsync(n => n.Id == sent.Id, cancellationToken) is not { } message) return;
        var channel = await db.NotificationChannels.SingleAsync(c => c.Id == message.ChannelId, cancellationToken);
        (message.LastStatus, message.LastError) = (result.Status, result.Error);
        if (result.Taken)
        {
            (message.State, message.SentAt, channel.FailingSince) = (NotificationState.Sent, now, null);
        }
        else
        {
            channel.FailingSince ??= now;
            if (!result.Gone && RetrySchedule.After(message.Attempts, result.RetryAfter, Random.Shared.NextDouble()) is { } wait) message.NextAt = now + wait;
            else message.State = NotificationState.Failed;
            var reason = result.Gone ? "The receiver answered that it wants nothing more (410)." : now - channel.FailingSince >= RetrySchedule.DisableAfter ? "Nothing has come through for five days." : null;
            if (reason is not null && channel.DisabledAt is null && known.DisabledAt is null)
            {
                (channel.DisabledAt, channel.DisabledReason) = (now, reason);
                var team = await db.Teams.Where(t => t.Id == channel.TeamId).Select(t => t.Name).SingleAsync(cancellationToken);
                audit.Add(db, channel.TeamId, Portal, "channel.disabled", team, AuditOutcome.Done, $"{channel.Name}: {reason}");
            }
        }

        await db.CommitAsync(cancellationToken);
    }

    [LoggerMessage(2501, LogLevel.Error, "A pass over the notifications failed")]
    private static partial void PassFailed(ILogger logger, Exception e);

    [LoggerMessage(2502, LogLevel.Error, "Notification {Message} could not be sent or noted")]
    private static partial void SendFailed(ILogger logger, Exception e, Guid message);
}
