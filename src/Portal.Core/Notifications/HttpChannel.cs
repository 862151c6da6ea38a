using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Portal.Core.Data;
using Portal.Core.Deliveries;

namespace Portal.Core.Notifications;

/// <summary>Sends to webhooks and chats: no redirects, no proxy, to public addresses alone.</summary>
internal sealed class HttpChannel : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public HttpChannel(PublicAddresses addresses, TimeProvider clock)
    {
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = addresses.ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,
        })
        { Timeout = Patience };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("portal-notifications/1");
    }

    /// <summary>The body of a signed webhook: <c>{"type","timestamp","data":{"scope","message","release"}}</c>.</summary>
    public static byte[] Body(NotificationRow message) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type = message.Type,
        timestamp = message.OccurredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        data = new { scope = message.Scope, message = message.Message, release = message.Release },
    });

    /// <summary>One attempt.</summary>
    /// <param name="message">What to say.</param>
    /// <param name="target">The address.</param>
    /// <param name="secret">What to sign with; null for a chat, which gets the text alone.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<SendResult> SendAsync(NotificationRow message, Uri target, string? secret, CancellationToken cancellationToken)
    {
        var body = secret is null ? JsonSerializer.SerializeToUtf8Bytes(new { text = Words.Of(message) }) : Body(message);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (secret is not null)
        {
            var (id, timestamp) = ($"msg_{message.Id:N}", _clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            request.Headers.Add("webhook-id", id);
            request.Headers.Add("webhook-timestamp", timestamp);
            request.Headers.Add("webhook-signature", StandardWebhook.Sign(secret, id, timestamp, body));
        }

        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)answer.StatusCode;
            if (answer.IsSuccessStatusCode) return new(true, status, "");
            return new(
                false, status, status is >= 300 and < 400 ? "The receiver redirects; give the address it leads to." : $"The receiver answered {status}.",
                answer.StatusCode == HttpStatusCode.Gone, answer.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _clock.GetUtcNow() : null);
        }
        catch (HttpRequestException e)
        {
            // What the guard of addresses says is for the person; other causes would name hosts and ports.
            return new(false, null, e.InnerException is HttpRequestException { InnerException: null } guard ? guard.Message : $"The receiver cannot be reached ({e.HttpRequestError}).");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, null, $"The receiver did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    public void Dispose() => _http.Dispose();
}
