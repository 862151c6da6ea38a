using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Kube.Node.Streaming;

/// <summary>The query of <c>/containerLogs</c>.</summary>
internal sealed record LogQuery(LogRequest? Request, bool Previous, string? Fault)
{
    public static LogQuery Parse(IQueryCollection query, DateTimeOffset now)
    {
        if (Number(query, "tailLines", out var tail) is { } f1)
            return Wrong(f1);
        if (Number(query, "limitBytes", out var limit) is { } f2)
            return Wrong(f2);
        if (Number(query, "sinceSeconds", out var seconds) is { } f3)
            return Wrong(f3);
        DateTimeOffset? since = seconds is { } s ? now - TimeSpan.FromSeconds(s) : null;
        if (query["sinceTime"].ToString() is { Length: > 0 } text)
        {
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                return Wrong($"sinceTime: '{text}' is not an RFC 3339 time");
            since = at;
        }

        return new LogQuery(new LogRequest(Flag(query, "follow"), tail, since, Flag(query, "timestamps"), limit), Flag(query, "previous"), null);
    }

    private static LogQuery Wrong(string fault) => new(null, false, fault);

    private static bool Flag(IQueryCollection query, string key) => query[key].ToString() is "true" or "1";

    private static string? Number(IQueryCollection query, string key, out long? value)
    {
        value = null;
        var text = query[key].ToString();
        if (text.Length == 0)
            return null;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return $"{key}: '{text}' is not a whole number of at least 0";
        value = number;
        return null;
    }
}
