namespace Portal.Web.Ui;

/// <summary>Spans of time in the short words of the field: 12s, 5m, 3h, 2d.</summary>
internal static class Ages
{
    public static string Since(DateTimeOffset at, DateTimeOffset now) => Of(now - at);

    public static string Of(TimeSpan span) => span switch
    {
        _ when span < TimeSpan.FromSeconds(1) => "0s",
        _ when span < TimeSpan.FromMinutes(1) => $"{(int)span.TotalSeconds}s",
        _ when span < TimeSpan.FromHours(1) => $"{(int)span.TotalMinutes}m",
        _ when span < TimeSpan.FromDays(1) => $"{(int)span.TotalHours}h",
        _ => $"{(int)span.TotalDays}d",
    };
}
