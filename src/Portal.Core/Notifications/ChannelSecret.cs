using Portal.Core.Apps;

namespace Portal.Core.Notifications;

/// <summary>A new channel, and the secret its messages are signed with, which is shown this once.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Secret">The secret as <c>whsec_</c> and base64; null for channels whose messages are not signed.</param>
public sealed record ChannelSecret(ChannelView Channel, Sensitive? Secret);
