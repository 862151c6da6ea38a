using System.Net.WebSockets;
using System.Text;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Kube.Machinery.Spdy;

namespace Kube.ApiServer.Http.Streaming;

/// <summary>
/// One exec or attach: a WebSocket whose messages begin with a channel number on the client's side, a SPDY/3.1 connection with a stream for each on the node's.
/// Frames are passed on in the order they come and one at a time, so a slow side slows the other and nothing is held.
/// </summary>
internal sealed class ChannelTranslation(WebSocket client, string? protocol, Stream node, StreamTarget target, TimeProvider time) : IDisposable
{
    private const byte StdinChannel = 0;
    private const byte StdoutChannel = 1;
    private const byte StderrChannel = 2;
    private const byte StatusChannel = 3;
    private const byte ResizeChannel = 4;
    private const byte CloseChannel = 255;
    private const uint ErrorStream = 1;
    private const int MaxStatus = 64 * 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly SpdyReader _reader = new(node);
    private readonly SpdyWriter _writer = new(node);
    private readonly Dictionary<uint, byte> _channels = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryStream _status = new();
    private uint _stdin;
    private uint _resize;

    /// <summary>Runs until the process has ended, the client has left, or nothing was said for <paramref name="idle"/>.</summary>
    public async Task RunAsync(TimeSpan idle, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(idle, time);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        await OpenAsync(life.Token).ConfigureAwait(false);
        var down = DownAsync(() => silence.CancelAfter(idle), life.Token);
        var up = UpAsync(() => silence.CancelAfter(idle), life.Token);
        var first = await Task.WhenAny(down, up).ConfigureAwait(false);
        if (first == down && down.IsCompletedSuccessfully)
        {
            // The client may still be sending input. It is read on a moment, because closing over unread bytes would take back what was sent last.
            await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, life.Token).ConfigureAwait(false);
            life.CancelAfter(Farewell);
        }
        else
        {
            await life.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _status.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var next = ErrorStream;
        async Task<uint> OpenAsync(string type, byte? channel)
        {
            var id = next;
            next += 2;
            if (channel is { } number)
                _channels[id] = number;
            await _writer.OpenAsync(id, [new("streamtype", type)], cancellationToken).ConfigureAwait(false);
            return id;
        }

        await OpenAsync("error", StatusChannel).ConfigureAwait(false);
        if (target.Stdin)
            _stdin = await OpenAsync("stdin", null).ConfigureAwait(false);
        if (target.Stdout)
            await OpenAsync("stdout", StdoutChannel).ConfigureAwait(false);
        if (target.Stderr)
            await OpenAsync("stderr", StderrChannel).ConfigureAwait(false);
        if (target.Terminal)
            _resize = await OpenAsync("resize", null).ConfigureAwait(false);
    }

    private async Task DownAsync(Action moved, CancellationToken cancellationToken)
    {
        var waiting = _channels.Count + (_stdin > 0 ? 1 : 0) + (_resize > 0 ? 1 : 0);
        var message = new byte[1 + 64 * 1024];
        while (await _reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } frame)
        {
            moved();
            switch (frame.Type)
            {
                case SpdyFrameType.SynReply when --waiting == 0:
                    // An empty message tells the client that all is connected.
                    await client.SendAsync(new[] { target.Stdout ? StdoutChannel : target.Stderr ? StderrChannel : StatusChannel }, WebSocketMessageType.Binary, true, cancellationToken).ConfigureAwait(false);
                    _opened.TrySetResult();
                    break;
                case SpdyFrameType.Data when frame.StreamId == ErrorStream && protocol is null or StreamProtocols.Channels1:
                    if (_status.Length + frame.Data.Length <= MaxStatus)
                        _status.Write(frame.Data.Span);
                    break;
                case SpdyFrameType.Data when frame.Data.Length > 0 && _channels.TryGetValue(frame.StreamId, out var channel):
                    message[0] = channel;
                    frame.Data.CopyTo(message.AsMemory(1));
                    await client.SendAsync(message.AsMemory(0, 1 + frame.Data.Length), WebSocketMessageType.Binary, true, cancellationToken).ConfigureAwait(false);
                    break;
                // Even numbers are the other side's own questions; odd ones would be answers to ours.
                case SpdyFrameType.Ping when frame.StreamId % 2 == 0:
                    await _writer.PingAsync(frame.StreamId, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }

        await SendStatusTextAsync(cancellationToken).ConfigureAwait(false);
    }

    // What came before version 4 got the message of a failure alone.
    private async Task SendStatusTextAsync(CancellationToken cancellationToken)
    {
        if (_status.Length == 0)
            return;
        var status = DocumentReader.Read(_status.GetBuffer().AsSpan(0, (int)_status.Length));
        if (status.Text("status") == "Success")
            return;
        byte[] message = [StatusChannel, .. Encoding.UTF8.GetBytes(status.Text("message") ?? "")];
        await client.SendAsync(message, WebSocketMessageType.Binary, true, cancellationToken).ConfigureAwait(false);
    }

    private async Task UpAsync(Action moved, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        await _opened.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        var channel = -1;
        while (true)
        {
            var part = await client.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
                return;
            moved();
            ReadOnlyMemory<byte> data = buffer.AsMemory(0, part.Count);
            // Only the first part of a message names its channel.
            if (channel < 0 && !data.IsEmpty)
                (channel, data) = (data.Span[0], data[1..]);
            await PassAsync(channel, data, cancellationToken).ConfigureAwait(false);
            if (part.EndOfMessage)
                channel = -1;
        }
    }

    private async Task PassAsync(int channel, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (data.IsEmpty)
            return;
        try
        {
            if (channel == StdinChannel && _stdin > 0)
                await _writer.DataAsync(_stdin, data, fin: false, cancellationToken).ConfigureAwait(false);
            else if (channel == ResizeChannel && _resize > 0)
                await _writer.DataAsync(_resize, data, fin: false, cancellationToken).ConfigureAwait(false);
            else if (channel == CloseChannel && data.Span[0] == StdinChannel && _stdin > 0 && protocol == StreamProtocols.Channels5)
                await _writer.DataAsync(_stdin, default, fin: true, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The process has ended and takes no more input; how it ended comes from the other direction.
        }
    }
}
