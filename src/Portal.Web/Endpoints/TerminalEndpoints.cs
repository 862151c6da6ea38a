using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Core.Terminals;

namespace Portal.Web.Endpoints;

/// <summary>
/// A terminal in an instance as a WebSocket: binary messages are bytes of keyboard and screen, text messages JSON: from the browser <c>{"columns":80,"rows":24}</c>, to it first
/// <c>{"instance","container","user"}</c> and last <c>{"end":"why"}</c>. It is cut when the right, the session or the token is gone, or after half an hour without a key.
/// </summary>
internal static class TerminalEndpoints
{
    private const int MaxTyped = 64 * 1024;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/teams/{team}/projects/{project}/environments/{environment}/apps/{app}/instances/{instance}/terminal", OpenAsync)
            .WithName("OpenTerminal").WithTags("Terminals").Produces(101).RequiresRight(Right.Exec, ScopeLevel.App).EndsWithIdentity();

    private static async Task<IResult> OpenAsync(string instance, HttpContext http, ITerminals use, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        if (!http.WebSockets.IsWebSocketRequest) return Problems.Of(Error.Invalid("", "A terminal is a WebSocket: ask for an upgrade."));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var opened = await use.OpenAsync(http.Actor(), http.Scope(ScopeLevel.App), instance, stop.Token);
        if (!opened.IsOk) return Problems.Of(opened.Error);
        await using var terminal = opened.Value;
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(20) });
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, terminal.Revoked);
        using var silence = time.CreateTimer(_ => cut.Cancel(), null, LongestSilence, Timeout.InfiniteTimeSpan);
        await SayAsync(socket, new { instance = terminal.Instance, container = terminal.Container, user = http.Actor().Email }, cut.Token);
        var typing = TypeAsync(socket, terminal, () => silence.Change(LongestSilence, Timeout.InfiniteTimeSpan), cut.Token);
        var showing = ShowAsync(socket, terminal, cut.Token);
        await Task.WhenAny(typing, showing);
        var why = terminal.Revoked.IsCancellationRequested ? "Your right to a terminal was taken away."
            : stop.IsCancellationRequested ? "Your session ended or the portal stops."
            : cut.IsCancellationRequested ? "Nothing was typed for half an hour."
            : terminal.EndedWith.Length > 0 ? terminal.EndedWith : "The shell has ended.";
        await cut.CancelAsync();
        await FarewellAsync(socket, why);
        await Task.WhenAll(typing, showing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Results.Empty;
    }

    private static async Task TypeAsync(WebSocket socket, ITerminal terminal, Action typed, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxTyped];
        while (true)
        {
            var count = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(count), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close) return;
                count += part.Count;
                // A paste of more than this is cut off; a browser sends less at once.
                if (count == buffer.Length && !part.EndOfMessage) return;
            }
            while (!part.EndOfMessage);

            typed();
            if (part.MessageType == WebSocketMessageType.Binary) await terminal.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            else if (Read(buffer.AsSpan(0, count)) is { } size) await terminal.ResizeAsync(size.Columns, size.Rows, cancellationToken);
        }
    }

    private static Screen? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<Screen>(json, RequestBody.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task ShowAsync(WebSocket socket, ITerminal terminal, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await terminal.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            await socket.SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
    }

    private static async Task SayAsync(WebSocket socket, object words, CancellationToken cancellationToken) =>
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(words), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    private static async Task FarewellAsync(WebSocket socket, string why)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            if (socket.State != WebSocketState.Open && socket.State != WebSocketState.CloseReceived) return;
            await SayAsync(socket, new { end = why }, patience.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser has gone.
        }
    }

    internal sealed record Screen(int Columns, int Rows);
}
