using System.Net;
using System.Net.Sockets;
using System.Text;
using Kube.Machinery.Streams;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Streams;

public sealed class StreamRelayTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_the_upstream_sends_reaches_the_client_before_the_relay_ends()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await Connection.OpenAsync(ct);
        using var upstream = await Connection.OpenAsync(ct);
        var relay = StreamRelay.RunAsync(client.Near, upstream.Near, Idle, TimeProvider.System, ct);
        await client.Far.WriteAsync("question"u8.ToArray(), ct);
        Assert.Equal("question", await ReadAsync(upstream.Far, 8, ct));
        await upstream.Far.WriteAsync("answer"u8.ToArray(), ct);
        upstream.Far.Socket.Shutdown(SocketShutdown.Send);
        Assert.True(await relay);
        Assert.Equal("answer", await ReadAsync(client.Far, 6, ct));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_relay()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await Connection.OpenAsync(ct);
        using var upstream = await Connection.OpenAsync(ct);
        var relay = StreamRelay.RunAsync(client.Near, upstream.Near, Idle, TimeProvider.System, ct);
        await client.Far.DisposeAsync();
        Assert.False(await relay.WaitAsync(TimeSpan.FromSeconds(10), ct));
    }

    [Fact]
    public async Task Silence_ends_the_relay()
    {
        var ct = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider();
        using var client = await Connection.OpenAsync(ct);
        using var upstream = await Connection.OpenAsync(ct);
        var relay = StreamRelay.RunAsync(client.Near, upstream.Near, Idle, time, ct);
        time.Advance(Idle);
        Assert.False(await relay.WaitAsync(TimeSpan.FromSeconds(10), ct));
    }

    [Fact]
    public async Task An_upstream_that_takes_nothing_more_is_heard_to_its_end()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await Connection.OpenAsync(ct);
        using var deaf = new DeafStream();
        var relay = StreamRelay.RunAsync(client.Near, deaf, Idle, TimeProvider.System, ct);
        await client.Far.WriteAsync("too late"u8.ToArray(), ct);
        await deaf.Refused.Task.WaitAsync(TimeSpan.FromSeconds(10), ct);
        deaf.Words.SetResult("last words"u8.ToArray());
        Assert.True(await relay.WaitAsync(TimeSpan.FromSeconds(10), ct));
        Assert.Equal("last words", await ReadAsync(client.Far, 10, ct));
    }

    private static async Task<string> ReadAsync(Stream stream, int length, CancellationToken ct)
    {
        var buffer = new byte[length];
        await stream.ReadExactlyAsync(buffer, ct);
        return Encoding.ASCII.GetString(buffer);
    }

    // Two ends of a TCP connection on the loopback.
    private sealed class Connection(NetworkStream near, NetworkStream far) : IDisposable
    {
        public NetworkStream Near { get; } = near;

        public NetworkStream Far { get; } = far;

        public static async Task<Connection> OpenAsync(CancellationToken ct)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(listener.LocalEndpoint, ct);
            return new Connection(new NetworkStream(await listener.AcceptSocketAsync(ct), ownsSocket: true), new NetworkStream(socket, ownsSocket: true));
        }

        public void Dispose()
        {
            Near.Dispose();
            Far.Dispose();
        }
    }

    // Refuses what is written, then says its last words and ends.
    private sealed class DeafStream : MemoryStream
    {
        private bool _said;

        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<byte[]> Words { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Refused.TrySetResult();
            throw new IOException("broken pipe");
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var words = await Words.Task.WaitAsync(cancellationToken);
            if (_said)
                return 0;
            _said = true;
            words.CopyTo(buffer);
            return words.Length;
        }
    }
}
