using System.Net.Mail;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Notifications;

/// <summary>The channels of a team and their messages.</summary>
internal sealed class NotificationCommands(UnitOfWork work, SecretCipher cipher, WorkSignal signal, TimeProvider clock) : INotifications
{
    private const int MaxChannels = 20;

    public Task<Result<IReadOnlyList<ChannelView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<ChannelView>>(actor, Right.AppView, new(team), async (db, _) =>
        {
            var projects = await db.Projects.ToDictionaryAsync(p => p.Id, p => p.Name, cancellationToken);
            return (await db.NotificationChannels.AsNoTracking().OrderBy(c => c.Name).ToListAsync(cancellationToken)).ConvertAll(row => View(row, row.ProjectId is { } id ? projects[id] : null));
        }, cancellationToken);

    public async Task<Result<ChannelSecret>> CreateAsync(Actor actor, string team, ChannelDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return await work.WriteAsync<ChannelSecret>(actor, Right.WebhookManage, new(team), "channel.create", async (db, access) =>
        {
            var (name, target) = (draft.Name.Trim(), draft.Target.Reveal().Trim());
            if (Faults(name, draft.Kind, target, draft.Events) is { Count: > 0 } faults) return Error.Invalid(faults);
            Guid? project = null;
            if (draft.Project is { Length: > 0 } only)
            {
                project = await db.Projects.Where(p => p.Name == only).Select(p => (Guid?)p.Id).SingleOrDefaultAsync(cancellationToken);
                if (project is null) return Error.Invalid("project", "The team has no project of this name.");
            }

            if (await db.NotificationChannels.AnyAsync(c => c.Name == name, cancellationToken)) return Error.Conflict("The team has a channel of this name already.");
            if (await db.NotificationChannels.CountAsync(cancellationToken) >= MaxChannels) return Error.QuotaExceeded($"A team may have {MaxChannels} channels.");
            var (id, teamId) = (Guid.CreateVersion7(), access.Tenant.TeamId!.Value);
            var secret = draft.Kind == ChannelKind.Webhook ? StandardWebhook.NewSecret() : null;
            var row = new NotificationChannelRow
            {
                Id = id,
                TeamId = teamId,
                ProjectId = project,
                Name = name,
                Kind = draft.Kind,
                Target = cipher.Seal(target, teamId, id, "target", 0),
                // The path of a chat's address is its credential.
                Shown = draft.Kind == ChannelKind.Email ? target : new Uri(target).GetLeftPart(UriPartial.Authority),
                Secret = secret is null ? null : cipher.Seal(secret, teamId, id, "secret", 0),
                Events = [.. draft.Events.Distinct()],
                CreatedAt = clock.GetUtcNow(),
                DisabledReason = "",
            };
            db.NotificationChannels.Add(row);
            return new ChannelSecret(View(row, draft.Project), secret is null ? null : new(secret));
        }, cancellationToken, draft.Name);
    }

    public Task<Result<ChannelView>> EnableAsync(Actor actor, string team, Guid channel, bool enabled, CancellationToken cancellationToken) =>
        work.WriteAsync<ChannelView>(actor, Right.WebhookManage, new(team), enabled ? "channel.enable" : "channel.disable", async (db, _) =>
        {
            if (await db.NotificationChannels.SingleOrDefaultAsync(c => c.Id == channel, cancellationToken) is not { } row) return Error.NotFound("channel");
            row.DisabledAt = enabled ? null : clock.GetUtcNow();
            row.DisabledReason = enabled ? "" : $"Disabled by {actor.Email}.";
            if (enabled) row.FailingSince = null;
            return View(row, await db.Projects.Where(p => p.Id == row.ProjectId).Select(p => p.Name).SingleOrDefaultAsync(cancellationToken));
        }, cancellationToken, channel.ToString());

    public Task<Result<Unit>> DeleteAsync(Actor actor, string team, Guid channel, CancellationToken cancellationToken) =>
        work.WriteAsync<Unit>(actor, Right.WebhookManage, new(team), "channel.delete", async (db, _) =>
            await db.NotificationChannels.Where(c => c.Id == channel).ExecuteDeleteAsync(cancellationToken) == 1 ? Unit.Value : Error.NotFound("channel"), cancellationToken, channel.ToString());

    public async Task<Result<NotificationView>> TestAsync(Actor actor, string team, Guid channel, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<NotificationView>(actor, Right.WebhookManage, new(team), "channel.test", async (db, _) =>
        {
            if (await db.NotificationChannels.AsNoTracking().SingleOrDefaultAsync(c => c.Id == channel, cancellationToken) is not { } row) return Error.NotFound("channel");
            var now = clock.GetUtcNow();
            var message = Message(row, "test", team, $"Asked for by {actor.Email}.", null, now, now);
            db.Notifications.Add(message);
            return View(message);
        }, cancellationToken, channel.ToString());
        if (result.IsOk) signal.Raise();
        return result;
    }

    public Task<Result<IReadOnlyList<NotificationView>>> ListMessagesAsync(Actor actor, string team, Guid channel, int limit, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<NotificationView>>(actor, Right.AppView, new(team), async (db, _) =>
        {
            if (limit is < 1 or > 200) return Error.Invalid("limit", "Must be from 1 to 200.");
            if (!await db.NotificationChannels.AnyAsync(c => c.Id == channel, cancellationToken)) return Error.NotFound("channel");
            return (await db.Notifications.AsNoTracking().Where(n => n.ChannelId == channel).OrderByDescending(n => n.Id).Take(limit).ToListAsync(cancellationToken)).ConvertAll(View);
        }, cancellationToken);

    public async Task<Result<NotificationView>> ReplayAsync(Actor actor, string team, Guid channel, Guid message, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<NotificationView>(actor, Right.WebhookManage, new(team), "channel.replay", async (db, _) =>
        {
            if (await db.Notifications.SingleOrDefaultAsync(n => n.Id == message && n.ChannelId == channel, cancellationToken) is not { } row) return Error.NotFound("message");
            (row.State, row.Attempts, row.NextAt, row.SentAt) = (NotificationState.Pending, 0, clock.GetUtcNow(), null);
            return View(row);
        }, cancellationToken, message.ToString());
        if (result.IsOk) signal.Raise();
        return result;
    }

    /// <summary>A new message to a channel.</summary>
    public static NotificationRow Message(NotificationChannelRow channel, string type, string scope, string message, int? release, DateTimeOffset occurredAt, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TeamId = channel.TeamId,
        ChannelId = channel.Id,
        Type = type,
        Scope = scope,
        Message = message,
        Release = release,
        OccurredAt = occurredAt,
        State = NotificationState.Pending,
        NextAt = now,
        LastError = "",
    };

    private static List<FieldError> Faults(string name, ChannelKind kind, string target, IReadOnlyList<string> events)
    {
        var faults = new List<FieldError>();
        if (name.Length is 0 or > 100 || name.Any(char.IsControl)) faults.Add(new("name", "Must be 1 to 100 characters on one line."));
        if (!Enum.IsDefined(kind)) faults.Add(new("kind", "This is not a kind of channel."));
        else if (kind == ChannelKind.Email)
        {
            if (target.Length > 254 || !MailAddress.TryCreate(target, out var mail) || mail.Address != target) faults.Add(new("target", "Must be one mail address, such as team@example.com."));
        }
        else if (target.Length > 2000 || !Uri.TryCreate(target, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0)
        {
            faults.Add(new("target", "Must be an https address without a name and password in it."));
        }

        if (events.Count is 0 or > 50) faults.Add(new("events", "Name at least one type of event, such as rollout.failed or rollout.*."));
        for (var index = 0; index < Math.Min(events.Count, 50); index++)
        {
            if (!EventTypes.All.Any(type => EventTypes.Chooses(events[index], type))) faults.Add(new($"events[{index}]", $"There is no such event; there are {string.Join(", ", EventTypes.All)}."));
        }

        return faults;
    }

    private static ChannelView View(NotificationChannelRow row, string? project) =>
        new(row.Id, row.Name, row.Kind, row.Shown, row.Events, project, row.CreatedAt, row.FailingSince, row.DisabledAt, row.DisabledReason);

    private static NotificationView View(NotificationRow row) =>
        new(row.Id, row.Type, row.Scope, row.Message, row.OccurredAt, row.State, row.Attempts, row.NextAt, row.LastStatus, row.LastError, row.SentAt);
}
