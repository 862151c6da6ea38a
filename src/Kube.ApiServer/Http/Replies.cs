using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Writes answers.</summary>
internal static class Replies
{
    public static async Task JsonAsync(HttpContext http, int code, ReadOnlyMemory<byte> body, string contentType = "application/json")
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.Headers.CacheControl = "no-cache, private";
        if (Compression.Applies(http, body.Length))
        {
            await using var gzip = Compression.Begin(http, body.Span);
            await gzip.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }

    public static Task StatusAsync(HttpContext http, ApiStatus status)
    {
        if (status.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (status.Code == 401)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        return JsonAsync(http, status.Code, status.ToUtf8());
    }

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Writing))
            write(writer);
        return buffer.ToArray();
    }

    public static void Warn(HttpContext http, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
            http.Response.Headers.Append("Warning", $"299 - \"{Quote(warning)}\"");
    }

    // A header takes one line of visible ASCII.
    private static string Quote(string text) =>
        string.Concat(text.Where(c => c is >= ' ' and < (char)127)).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
