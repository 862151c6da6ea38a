using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Terminals;
using Xunit;

namespace Portal.Tests.Core;

public sealed class A_terminal : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _ended = [];
    private readonly WebSocket _cluster;
    private readonly KubeTerminal _terminal;
    private bool _mayGoOn = true;

    public A_terminal()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        _cluster = WebSocket.CreateFromStream(listener.AcceptTcpClient().GetStream(), new WebSocketCreationOptions { IsServer = true });
        _terminal = new KubeTerminal(
            WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions()), "hello-web-1", "web", _ => Task.FromResult(_mayGoOn),
            how => { _ended.Add(how); return Task.CompletedTask; }, _clock).Watch();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended.Count == 0) await _terminal.DisposeAsync();
        _cluster.Dispose();
    }

    [Fact]
    public async Task Shows_what_comes_on_the_screen_s_channel_however_it_is_cut()
    {
        await SendAsync(1, "hello ");
        await SendAsync(9, "of no channel");
        await _cluster.SendAsync((byte[])[1, .. "wor"u8], WebSocketMessageType.Binary, false, default);
        await _cluster.SendAsync("ld"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        await SendAsync(3, """{"status":"Failure","message":"command terminated with exit code 7"}""");

        Assert.Equal("hello world", await ReadToEndAsync());
        Assert.Equal("command terminated with exit code 7", _terminal.EndedWith);
    }

    [Fact]
    public async Task Sends_keys_and_sizes_on_their_channels()
    {
        await _terminal.WriteAsync("ls\r"u8.ToArray(), default);
        await _terminal.ResizeAsync(120, 5000, default);

        Assert.Equal("0ls\r", await ReceiveAsync());
        Assert.Equal("4{\"Width\":120,\"Height\":1000}", await ReceiveAsync());
    }

    [Fact]
    public async Task Is_cut_within_two_seconds_once_the_right_is_gone()
    {
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_terminal.Revoked.IsCancellationRequested);
        _mayGoOn = false;
        var cut = new TaskCompletionSource();
        await using var registration = _terminal.Revoked.Register(cut.SetResult);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await cut.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await _terminal.DisposeAsync();

        Assert.Equal("the right was taken away", Assert.Single(_ended));
    }

    [Fact]
    public async Task Ends_when_the_cluster_goes_away()
    {
        _cluster.Abort();
        Assert.Equal("", await ReadToEndAsync());
    }

    private Task SendAsync(byte channel, string text) => _cluster.SendAsync((byte[])[channel, .. Encoding.UTF8.GetBytes(text)], WebSocketMessageType.Binary, true, default);

    private async Task<string> ReceiveAsync()
    {
        var buffer = new byte[1000];
        var message = await _cluster.ReceiveAsync(buffer, default);
        return $"{buffer[0]}{Encoding.UTF8.GetString(buffer, 1, message.Count - 1)}";
    }

    private async Task<string> ReadToEndAsync()
    {
        var (shown, buffer) = (new StringBuilder(), new byte[4]);
        while (await _terminal.ReadAsync(buffer, default) is > 0 and var count) shown.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return shown.ToString();
    }
}
