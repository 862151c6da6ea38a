using System.Net;
using Kube.Machinery.Streams;
using Kube.Node.Probes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube.Node.Streaming;

/// <summary>
/// Joins a request to upgrade with the runtime's one-use streaming address and passes the bytes on, whatever they mean: SPDY/3.1 from an API server, WebSocket from
/// a client whose request an API server has passed on. The address lies on the loopback of the runtime's network namespace.
/// </summary>
internal sealed class RuntimeStreams : IDisposable
{
    // As long as the kubelet's streaming-connection-idle-timeout.
    private static readonly TimeSpan Idle = TimeSpan.FromHours(4);
    private static readonly string[] Asked = ["Upgrade", "X-Stream-Protocol-Version", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol"];
    private static readonly string[] Answered = ["Upgrade", "X-Stream-Protocol-Version", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"];
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _runtime;

    public RuntimeStreams(NamespaceDialer dialer, TimeProvider time)
    {
        _time = time;
        _runtime = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectCallback = dialer.ConnectAsync,
        });
    }

    /// <summary>Relays until one side ends; a refusal of the runtime becomes the answer.</summary>
    /// <returns>True when the runtime ended the stream or refused it, false when the client left before.</returns>
    public async Task<bool> RelayAsync(HttpContext context, Uri address)
    {
        var ct = context.RequestAborted;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), address);
        request.Headers.Connection.Add("Upgrade");
        foreach (var name in Asked)
        {
            foreach (var value in context.Request.Headers[name])
                request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _runtime.SendAsync(request, ct).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            return true;
        }

        foreach (var name in Answered)
        {
            if (answer.Headers.TryGetValues(name, out var values))
                context.Response.Headers[name] = values.ToArray();
        }

        var runtime = await answer.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (runtime.ConfigureAwait(false))
        {
            var client = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
                return await StreamRelay.RunAsync(client, runtime, Idle, _time, ct).ConfigureAwait(false);
        }
    }

    public void Dispose() => _runtime.Dispose();
}
