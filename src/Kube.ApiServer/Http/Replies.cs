using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Writes answers.</summary>
internal static class Replies
{
    // Kestrel encrypts and sends what one segment of its pipe holds: its own segments of 4 KB make four times as many TLS records as need be.
    private const int PieceBytes = 64 * 1024;

    public static Task JsonAsync(HttpContext http, int code, ReadOnlyMemory<byte> body, string contentType = "application/json")
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.Headers.CacheControl = "no-cache, private";
        if (body.Length <= PieceBytes)
        {
            http.Response.ContentLength = body.Length;
            return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
        }

        var rest = body;
        return SendAsync(http, body.Length, room =>
        {
            var taken = Math.Min(rest.Length, room.Length);
            rest.Span[..taken].CopyTo(room);
            rest = rest[taken..];
            return taken;
        });
    }

    /// <summary>Sends a long answer whose status and type are set, compressed if that pays.</summary>
    public static async Task SendAsync(HttpContext http, long length, BodySource source)
    {
        if (Compression.Applies(http, length))
        {
            await Compression.SendAsync(http, source).ConfigureAwait(false);
            return;
        }

        http.Response.ContentLength = length;
        // Before the answer has started, the memory given out would be a copy's.
        await http.Response.StartAsync(http.RequestAborted).ConfigureAwait(false);
        var output = http.Response.BodyWriter;
        for (int read; (read = source(output.GetSpan(PieceBytes))) > 0;)
        {
            output.Advance(read);
            await output.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }
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
