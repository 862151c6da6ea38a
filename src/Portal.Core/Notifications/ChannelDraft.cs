using Portal.Core.Apps;

namespace Portal.Core.Notifications;

/// <summary>A channel as somebody asks for it.</summary>
/// <param name="Name">Its name in the team.</param>
/// <param name="Kind">How it is reached.</param>
/// <param name="Target">An address: of mail, or https of a webhook.</param>
/// <param name="Events">Types of events, such as <c>rollout.failed</c>; with a trailing <c>*</c> all that begin so.</param>
/// <param name="Project">Only events of this project; null for all of the team.</param>
public sealed record ChannelDraft(string Name, ChannelKind Kind, Sensitive Target, IReadOnlyList<string> Events, string? Project);
