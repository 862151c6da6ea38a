using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Kube.Network.Dns;
using Microsoft.Extensions.Logging.Abstractions;
using Testing;
using Xunit;

namespace Integration.Tests.Network;

public sealed class Dns_server_answers_and_forwards : IAsyncLifetime
{
    private readonly ObjectList<V1Service> _services = new(Objects.Service("web", "10.96.0.20"));
    private readonly ObjectList<V1EndpointSlice> _slices = new();
    private readonly Socket _upstream = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private DnsServer _server = null!;
    private IPEndPoint _address = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new KubeDnsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Upstreams = [(IPEndPoint)_upstream.LocalEndPoint!], UpstreamTimeout = TimeSpan.FromMilliseconds(500) };
        _server = new DnsServer(
            options, new DnsResolver(options, new DnsForwarder(options, TimeProvider.System), NullLogger<DnsResolver>.Instance), _services, _slices, TimeProvider.System, NullLogger<DnsServer>.Instance);
        await _server.StartAsync(CancellationToken.None);
        _address = await _server.Listening;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
        _upstream.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_service_is_found_by_udp_and_tcp_and_a_change_shows()
    {
        await Eventually.Async("the service's address", () => ByUdpAsync("web.test.svc.cluster.local"), answer => Address(answer) == "10.96.0.20");
        Assert.Equal("10.96.0.20", Address(await ByTcpAsync("web.test.svc.cluster.local")));
        _services.Set(Objects.Service("web", "10.96.0.21"));
        await Eventually.Async("the service's new address", () => ByUdpAsync("web.test.svc.cluster.local"), answer => Address(answer) == "10.96.0.21");
    }

    [Fact]
    public async Task Everything_else_is_asked_above_with_another_id()
    {
        ushort seen = 0;
        var upstream = Task.Run(async () =>
        {
            var buffer = new byte[512];
            var received = await _upstream.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
            seen = (ushort)((buffer[0] << 8) | buffer[1]);
            Assert.True(DnsQuestion.TryRead(buffer.AsMemory(0, received.ReceivedBytes).ToArray(), out var question));
            // An answer to another question comes first, as an attacker would send it.
            var forged = DnsAnswer.Addresses(question with { Id = (ushort)(seen + 1) }, [IPAddress.Parse("6.6.6.6")], 60, 512);
            await _upstream.SendToAsync(forged, SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            await _upstream.SendToAsync(DnsAnswer.Addresses(question, [IPAddress.Parse("192.0.2.7")], 60, 512), SocketFlags.None, received.RemoteEndPoint, _stop.Token);
        });
        var answer = await ByUdpAsync("example.com");
        await upstream;
        Assert.Equal("192.0.2.7", Address(answer));
        Assert.Equal(0x1234, (answer[0] << 8) | answer[1]);
    }

    [Fact]
    public async Task A_silent_upstream_is_a_failure_told_to_the_client()
    {
        var answer = await ByUdpAsync("example.com");
        Assert.Equal((int)DnsResponseCode.ServerFailure, answer[3] & 0x0F);
    }

    private static string Address(byte[] answer) => new IPAddress(answer.AsSpan()[^4..]).ToString();

    private static byte[] Query(string name) => [0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsAnswer.Encode(name), 0, 1, 0, 1];

    private async Task<byte[]> ByUdpAsync(string name)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_address, limit.Token);
        await socket.SendAsync(Query(name), limit.Token);
        var buffer = new byte[512];
        return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
    }

    private async Task<byte[]> ByTcpAsync(string name)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var client = new TcpClient();
        await client.ConnectAsync(_address, limit.Token);
        await DnsStream.WriteAsync(client.GetStream(), Query(name), limit.Token);
        return (await DnsStream.ReadAsync(client.GetStream(), limit.Token))!;
    }
}
