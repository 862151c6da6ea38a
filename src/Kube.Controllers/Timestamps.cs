using System.Globalization;

namespace Kube.Controllers;

/// <summary>Time stamps of the API.</summary>
internal static class Timestamps
{
    /// <summary>RFC 3339 with seconds, for raw patches.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>The same for what models carry.</summary>
    public static string? Text(DateTime? time) => time is { } t ? Text(new DateTimeOffset(t.ToUniversalTime())) : null;
}
