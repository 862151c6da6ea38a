using Portal.Core.Members;
using Portal.Core.Notifications;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeNotifications : INotifications
{
    public List<ChannelView> All { get; } = [];
    public List<NotificationView> Messages { get; } = [];
    public List<string> Calls { get; } = [];
    public Error? Refusal { get; set; }

    public static ChannelView Channel(string name, DateTimeOffset? disabled = null) =>
        new(Guid.NewGuid(), name, ChannelKind.Slack, "https://chat.example.com", ["rollout.failed"], null, Place.Now, null, disabled, disabled is null ? "" : "Nothing has come through for five days.");

    public Task<Result<IReadOnlyList<ChannelView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<ChannelView>>.Ok([.. All]));

    public Task<Result<ChannelSecret>> CreateAsync(Actor actor, string team, ChannelDraft draft, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<ChannelSecret>>(Refusal);
        Calls.Add($"create {draft.Name} {draft.Kind} {draft.Target.Reveal()} {string.Join('|', draft.Events)} {draft.Project}");
        All.Add(Channel(draft.Name));
        return Task.FromResult<Result<ChannelSecret>>(new ChannelSecret(All[^1], draft.Kind == ChannelKind.Webhook ? new("whsec_canary") : null));
    }

    public Task<Result<ChannelView>> EnableAsync(Actor actor, string team, Guid channel, bool enabled, CancellationToken cancellationToken)
    {
        Calls.Add(enabled ? "enable" : "disable");
        return Task.FromResult<Result<ChannelView>>(All[0]);
    }

    public Task<Result<Unit>> DeleteAsync(Actor actor, string team, Guid channel, CancellationToken cancellationToken)
    {
        All.RemoveAll(one => one.Id == channel);
        return Task.FromResult<Result<Unit>>(Unit.Value);
    }

    public Task<Result<NotificationView>> TestAsync(Actor actor, string team, Guid channel, CancellationToken cancellationToken)
    {
        Messages.Insert(0, new(Guid.NewGuid(), "test", team, "", Place.Now, NotificationState.Failed, 1, Place.Now, 500, "The receiver answered 500.", null));
        return Task.FromResult<Result<NotificationView>>(Messages[0]);
    }

    public Task<Result<IReadOnlyList<NotificationView>>> ListMessagesAsync(Actor actor, string team, Guid channel, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(Result<IReadOnlyList<NotificationView>>.Ok([.. Messages]));

    public Task<Result<NotificationView>> ReplayAsync(Actor actor, string team, Guid channel, Guid message, CancellationToken cancellationToken)
    {
        Calls.Add("replay");
        return Task.FromResult<Result<NotificationView>>(Messages[0]);
    }
}
