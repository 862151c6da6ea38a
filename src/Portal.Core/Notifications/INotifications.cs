using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Notifications;

/// <summary>The channels of a team and what went through them. Lists need <see cref="Right.AppView"/>, everything else <see cref="Right.WebhookManage"/>.</summary>
public interface INotifications
{
    /// <summary>All channels by name.</summary>
    Task<Result<IReadOnlyList<ChannelView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken);

    /// <summary>Makes a channel; the signing secret of a webhook is in the answer and nowhere else.</summary>
    Task<Result<ChannelSecret>> CreateAsync(Actor actor, string team, ChannelDraft draft, CancellationToken cancellationToken);

    /// <summary>Enables a channel that was disabled, or disables one.</summary>
    Task<Result<ChannelView>> EnableAsync(Actor actor, string team, Guid channel, bool enabled, CancellationToken cancellationToken);

    /// <summary>Deletes a channel with its messages.</summary>
    Task<Result<Unit>> DeleteAsync(Actor actor, string team, Guid channel, CancellationToken cancellationToken);

    /// <summary>Puts a message of type <c>test</c> into the channel.</summary>
    Task<Result<NotificationView>> TestAsync(Actor actor, string team, Guid channel, CancellationToken cancellationToken);

    /// <summary>The newest messages of a channel first, at most <paramref name="limit"/> (1 to 200).</summary>
    Task<Result<IReadOnlyList<NotificationView>>> ListMessagesAsync(Actor actor, string team, Guid channel, int limit, CancellationToken cancellationToken);

    /// <summary>Sends a message again, under the same id.</summary>
    Task<Result<NotificationView>> ReplayAsync(Actor actor, string team, Guid channel, Guid message, CancellationToken cancellationToken);
}
