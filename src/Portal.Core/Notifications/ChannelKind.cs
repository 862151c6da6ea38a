namespace Portal.Core.Notifications;

/// <summary>How a channel is reached.</summary>
public enum ChannelKind
{
    /// <summary>A mail by the instance's SMTP server.</summary>
    Email,

    /// <summary>A POST signed as Standard Webhooks say.</summary>
    Webhook,

    /// <summary>A POST of <c>{"text": "…"}</c>, which Slack, Mattermost, Rocket.Chat and Discord's Slack endpoint understand.</summary>
    Slack,
}
