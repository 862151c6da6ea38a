using System.Net.WebSockets;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Kube.Machinery.Streams;
using Microsoft.AspNetCore.Http.Features;

namespace Kube.ApiServer.Http.Streaming;

/// <summary>
/// Answers <c>exec</c>, <c>attach</c> and <c>portforward</c>. The node is always spoken to in SPDY/3.1, as kube-apiserver does: a SPDY client's bytes are passed on,
/// a WebSocket client's channels are translated, and a tunnelled SPDY connection is taken out of its messages. The node is asked first, so that a refusal
/// reaches the client as a Status instead of a stream that ends.
/// </summary>
internal sealed class PodStreamHandler(IObjectStore store, NodeConnection nodes, AuthorizerChain authorizers, TimeProvider time)
{
    // As long as the kubelet's streaming-connection-idle-timeout.
    private static readonly TimeSpan Idle = TimeSpan.FromHours(4);
    private static readonly string[] WebSocketHeaders = ["Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol"];
    private static readonly string[] SpdyHeaders = [StreamProtocols.VersionHeader];
    private static readonly string[] AnswerHeaders = ["Upgrade", StreamProtocols.VersionHeader, "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"];

    public async Task HandleAsync(ResourceRequest request)
    {
        var upgrade = request.Http.Request.Headers.Upgrade.ToString();
        var webSocket = upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase);
        if ((!webSocket && !upgrade.Equals(StreamProtocols.Spdy, StringComparison.OrdinalIgnoreCase)) || request.Http.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest != true)
            throw Refusal.BadRequest("Upgrade request required");
        await AuthorizeAsync(request).ConfigureAwait(false);
        var target = Find(request);
        try
        {
            var offered = request.Http.Request.Headers.SecWebSocketProtocol.SelectMany(p => (p ?? "").Split(',', StringSplitOptions.TrimEntries)).ToArray();
            var forwarding = request.Path.Subresource == "portforward";
            if (!webSocket || forwarding && !offered.Contains(StreamProtocols.TunnelledPortForward))
                await RelayAsync(request, target, upgrade, webSocket, request.Aborted).ConfigureAwait(false);
            else if (forwarding)
                await TunnelAsync(request, target, request.Aborted).ConfigureAwait(false);
            else
                await TranslateAsync(request, target, offered, request.Aborted).ConfigureAwait(false);
        }
        catch (Exception e) when (request.Http.Response.HasStarted && e is IOException or WebSocketException or OperationCanceledException)
        {
            // One side has gone: so does the other.
            request.Http.Abort();
        }
    }

    // A WebSocket begins with GET, yet running a command is no reading: who may only get pods/* must not get a shell by it. Kubernetes asks the same from 1.35 on.
    private async Task AuthorizeAsync(ResourceRequest request)
    {
        if (request.Verb == "create")
            return;
        var path = request.Path;
        var attributes = new AuthorizationAttributes(request.User, "create", path.Group, path.Resource, path.Subresource, path.Namespace, path.Name, "");
        var decision = await authorizers.AuthorizeAsync(attributes, request.Aborted).ConfigureAwait(false);
        if (decision.Verdict != AuthorizationVerdict.Allow)
            throw Refusal.Forbidden(request.Kind.Resource, request.Path.Name, AuthorizerChain.Describe(attributes, decision.Reason));
    }

    private StreamTarget Find(ResourceRequest request)
    {
        var stored = store.Get(request.Key) ?? throw Refusal.NotFound(request.Kind.Resource, request.Path.Name);
        var pod = DocumentReader.Read(stored.Json.Span);
        var node = pod.Object("spec").Text("nodeName");
        if (string.IsNullOrEmpty(node))
            throw Refusal.BadRequest($"pod {request.Path.Name} does not have a host assigned");
        if (request.Path.Subresource == "portforward")
            return StreamTarget.PortForward(request, node);
        var container = PodContainers.Choose(pod, request.Path.Name, request.Query("container"));
        return request.Path.Subresource == "exec"
            ? StreamTarget.Exec(request, node, container)
            : StreamTarget.Attach(request, node, container, PodContainers.HasTerminal(pod, container));
    }

    private async Task<HttpResponseMessage> AskNodeAsync(StreamTarget target, HttpMethod method, string upgrade, IEnumerable<KeyValuePair<string, string?>> headers, CancellationToken cancellationToken)
    {
        using var ask = new HttpRequestMessage(method, target.PathAndQuery);
        ask.Headers.Connection.Add("Upgrade");
        ask.Headers.TryAddWithoutValidation("Upgrade", upgrade);
        foreach (var (name, value) in headers)
            ask.Headers.TryAddWithoutValidation(name, value);
        var answer = await nodes.SendAsync(target.Node, ask, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
            return answer;
        using (answer)
        {
            var text = (await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)).Trim();
            var code = (int)answer.StatusCode < 400 ? 502 : (int)answer.StatusCode;
            throw new ApiStatusException(new ApiStatus(code, code switch { 400 => "BadRequest", 404 => "NotFound", 429 => "TooManyRequests", _ => "InternalError" }, text.Length > 0 ? text : $"node {target.Node} answered {code}"));
        }
    }

    private Task<HttpResponseMessage> AskNodeAsync(StreamTarget target, string version, CancellationToken cancellationToken) =>
        AskNodeAsync(target, HttpMethod.Post, StreamProtocols.Spdy, [new(StreamProtocols.VersionHeader, version)], cancellationToken);

    private async Task RelayAsync(ResourceRequest request, StreamTarget target, string upgrade, bool webSocket, CancellationToken cancellationToken)
    {
        var http = request.Http;
        var headers = (webSocket ? WebSocketHeaders : SpdyHeaders).SelectMany(name => http.Request.Headers[name].Select(value => new KeyValuePair<string, string?>(name, value)));
        using var answer = await AskNodeAsync(target, webSocket ? HttpMethod.Get : HttpMethod.Post, upgrade, headers, cancellationToken).ConfigureAwait(false);
        foreach (var name in AnswerHeaders)
        {
            if (answer.Headers.TryGetValues(name, out var values))
                http.Response.Headers[name] = values.ToArray();
        }

        var node = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            var client = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
                await StreamRelay.RunAsync(client, node, Idle, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TunnelAsync(ResourceRequest request, StreamTarget target, CancellationToken cancellationToken)
    {
        using var answer = await AskNodeAsync(target, StreamProtocols.PortForward, cancellationToken).ConfigureAwait(false);
        var node = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            using var socket = await WebSocketUpgrade.AcceptAsync(request.Http, StreamProtocols.TunnelledPortForward).ConfigureAwait(false);
            var client = WebSocketStream.Create(socket, WebSocketMessageType.Binary, TimeSpan.FromSeconds(2));
            await using (client.ConfigureAwait(false))
                await StreamRelay.RunAsync(client, node, Idle, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TranslateAsync(ResourceRequest request, StreamTarget target, string[] offered, CancellationToken cancellationToken)
    {
        var protocol = offered.FirstOrDefault(p => p is StreamProtocols.Channels5 or StreamProtocols.Channels4 or StreamProtocols.Channels1);
        if (protocol is null && offered.Any(p => p.Length > 0))
            throw Refusal.BadRequest($"the WebSocket subprotocol must be {StreamProtocols.Channels5}, {StreamProtocols.Channels4} or {StreamProtocols.Channels1}");
        using var answer = await AskNodeAsync(target, StreamProtocols.Channels4, cancellationToken).ConfigureAwait(false);
        var node = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            using var socket = await WebSocketUpgrade.AcceptAsync(request.Http, protocol).ConfigureAwait(false);
            using var translation = new ChannelTranslation(socket, protocol, node, target, time);
            await translation.RunAsync(Idle, cancellationToken).ConfigureAwait(false);
        }
    }
}
