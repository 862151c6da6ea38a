using Portal.Core.Data;

namespace Portal.Core.Notifications;

/// <summary>Messages in words, for people.</summary>
internal static class Words
{
    public static string Of(NotificationRow message)
    {
        var what = message.Type switch
        {
            "rollout.live" => $"Release {message.Release} of {message.Scope} is live.",
            "rollout.failed" => $"Release {message.Release} of {message.Scope} failed.",
            "rollout.superseded" => $"Release {message.Release} of {message.Scope} was superseded.",
            "rollout.cancelled" => $"Release {message.Release} of {message.Scope} was cancelled.",
            "rollout.awaitingapproval" => $"Release {message.Release} of {message.Scope} waits for an approval.",
            "rollout.rejected" => $"Release {message.Release} of {message.Scope} was rejected.",
            "test" => "This is a test of this channel.",
            _ => message.Release is { } release ? $"{message.Type}: {message.Scope}, release {release}." : $"{message.Type}: {message.Scope}.",
        };
        return message.Message.Length > 0 ? $"{what} {message.Message}" : what;
    }
}
