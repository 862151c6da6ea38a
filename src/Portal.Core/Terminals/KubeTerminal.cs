using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Core.Terminals;

/// <summary>
/// A terminal over the Kubernetes exec protocol (<c>v4.channel.k8s.io</c>): each message begins with the number of its channel: 0 what is typed, 1 the screen, 3 the end as a
/// Status, 4 the size as <c>{"Width":80,"Height":24}</c>. https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/
/// </summary>
internal sealed class KubeTerminal(WebSocket socket, string instance, string container, Func<CancellationToken, Task<bool>> mayGoOn, Func<string, Task> ended, TimeProvider clock) : ITerminal
{
    private const byte Typed = 0;
    private const byte Screen = 1;
    private const byte Errors = 2;
    private const byte End = 3;
    private const byte Size = 4;

    // With what the sessions' and tokens' readers keep this stays below the five seconds in which a right that is gone must be felt.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _revoked = new();
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly byte[] _received = new byte[16 * 1024];
    private int _at;
    private int _end;
    private byte _channel;
    private bool _continues;
    private Task _watching = Task.CompletedTask;

    public string Instance => instance;

    public string Container => container;

    public CancellationToken Revoked => _revoked.Token;

    public string EndedWith { get; private set; } = "";

    /// <summary>Begins to ask again and again for the right.</summary>
    public KubeTerminal Watch()
    {
        _watching = WatchAsync();
        return this;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var status = new StringBuilder();
        while (true)
        {
            if (_at < _end)
            {
                var count = Math.Min(buffer.Length, _end - _at);
                _received.AsMemory(_at, count).CopyTo(buffer);
                _at += count;
                return count;
            }

            ValueWebSocketReceiveResult message;
            try
            {
                message = await socket.ReceiveAsync(_received.AsMemory(), cancellationToken);
            }
            catch (WebSocketException)
            {
                return 0;
            }

            if (message.MessageType == WebSocketMessageType.Close) return 0;
            (_at, _end) = (0, 0);
            var start = 0;
            if (!_continues && message.Count > 0) (_channel, start) = (_received[0], 1);
            _continues = !message.EndOfMessage;
            if (_channel is Screen or Errors) (_at, _end) = (start, message.Count);
            else if (_channel == End)
            {
                status.Append(Encoding.UTF8.GetString(_received, start, message.Count - start));
                if (message.EndOfMessage)
                {
                    EndedWith = Sentence(status.ToString());
                    return 0;
                }
            }
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> typed, CancellationToken cancellationToken) => SendAsync(Typed, typed, cancellationToken);

    public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken) => SendAsync(
        Size, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"Width\":{Math.Clamp(columns, 1, 1000)},\"Height\":{Math.Clamp(rows, 1, 1000)}}}")), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _watching;
        // The shell ends with its connection; waiting for a polite farewell would keep one that hangs.
        socket.Abort();
        socket.Dispose();
        await ended(_revoked.IsCancellationRequested ? "the right was taken away" : EndedWith);
        _over.Dispose();
        _revoked.Dispose();
        _writing.Dispose();
    }

    private async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(content.Length + 1);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            message[0] = channel;
            content.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, content.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _writing.Release();
            ArrayPool<byte>.Shared.Return(message, clearArray: true);
        }
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Recheck, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token))
            {
                if (await mayGoOn(_over.Token)) continue;
                await _revoked.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The terminal is over.
        }
    }

    // {"status":"Failure","reason":"NonZeroExitCode","message":"command terminated with non-zero exit code"}
    private static string Sentence(string status)
    {
        try
        {
            return (string?)JsonNode.Parse(status)?["status"] == "Success" ? "" : (string?)JsonNode.Parse(status)?["message"] ?? "";
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}
