namespace Portal.Core.Notifications;

/// <summary>When a message that did not come through is tried again, as Standard Webhooks recommend; a tenth of jitter spreads those that failed together.</summary>
internal static class RetrySchedule
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <summary>A channel through which nothing came for so long is disabled.</summary>
    public static readonly TimeSpan DisableAfter = TimeSpan.FromDays(5);

    /// <summary>The wait after so many attempts, or null when it was the last.</summary>
    /// <param name="attempts">How many there were, from 1.</param>
    /// <param name="asked">What the receiver asked for (Retry-After).</param>
    /// <param name="jitter">From 0 to 1.</param>
    public static TimeSpan? After(int attempts, TimeSpan? asked, double jitter)
    {
        if (attempts > Waits.Length) return null;
        var wait = Waits[attempts - 1] * (0.9 + 0.2 * jitter);
        return asked > wait ? (asked < TimeSpan.FromHours(24) ? asked : TimeSpan.FromHours(24)) : wait;
    }
}
