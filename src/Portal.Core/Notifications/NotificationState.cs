namespace Portal.Core.Notifications;

/// <summary>What became of a notification.</summary>
public enum NotificationState
{
    /// <summary>To be sent, for the first time or again.</summary>
    Pending,

    /// <summary>The receiver took it.</summary>
    Sent,

    /// <summary>Given up: after the last attempt, or because the channel was disabled or refused it for good.</summary>
    Failed,
}
