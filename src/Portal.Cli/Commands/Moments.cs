using System.Globalization;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary>Points in time as people write them.</summary>
internal static class Moments
{
    /// <summary>A time, or so long before now (<c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>), as ISO 8601 in UTC; null for null.</summary>
    /// <exception cref="PortalProblem">It is neither.</exception>
    public static string? Read(string? text, string option, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            var span = text[^1] switch { 's' => TimeSpan.FromSeconds(count), 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), 'd' => TimeSpan.FromDays(count), _ => (TimeSpan?)null };
            if (span is { } back)
                return Iso(now - back);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Iso(at)
            : throw new PortalProblem($"{option}: '{text}' is neither a time such as 2026-01-02T15:04:05Z nor a span such as 10m.");
    }

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
