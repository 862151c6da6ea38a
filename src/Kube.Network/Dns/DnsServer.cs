using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Kube.Network.Objects;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Dns;

/// <summary>Listens for queries by UDP and TCP and keeps the zone current. A fixed number of workers bounds what a flood can use.</summary>
internal sealed class DnsServer(
    KubeDnsOptions options, DnsResolver resolver, IObjectSource<V1Service> services, IObjectSource<V1EndpointSlice> slices, TimeProvider timeProvider, ILogger<DnsServer> logger)
    : BackgroundService
{
    private const int UdpWorkers = 64;
    private const int TcpWorkers = 16;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TcpIdle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SyncPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ResyncPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CoalescePeriod = TimeSpan.FromMilliseconds(20);

    private readonly ChangeSignal _signal = new();
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the address once queries are answered.</summary>
    public Task<IPEndPoint> Listening => _listening.Task;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(FollowAsync(stoppingToken), ListenAsync(stoppingToken));

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var first = services.Subscribe(_signal.Set);
        using var second = slices.Subscribe(_signal.Set);
        _signal.Set();
        try
        {
            while (true)
            {
                if (await _signal.WaitAsync(resolver.Zone is null ? SyncPoll : ResyncPeriod, timeProvider, cancellationToken).ConfigureAwait(false))
                    await Task.Delay(CoalescePeriod, timeProvider, cancellationToken).ConfigureAwait(false);
                if (services.HasSynced && slices.HasSynced)
                    resolver.Zone = DnsZone.Compile(options.ClusterDomain, services.List(), slices.List());
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var tcp = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                tcp.Bind(options.Listen);
                tcp.Listen(64);
                using var udp = new Socket(options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                // With port 0 both take the same.
                udp.Bind(tcp.LocalEndPoint!);
                logger.DnsListening(options.ClusterDomain, tcp.LocalEndPoint!.ToString()!);
                _listening.TrySetResult((IPEndPoint)tcp.LocalEndPoint);
                var workers = Enumerable.Range(0, UdpWorkers).Select(_ => ServeUdpAsync(udp, cancellationToken))
                    .Concat(Enumerable.Range(0, TcpWorkers).Select(_ => ServeTcpAsync(tcp, cancellationToken)));
                await Task.WhenAll(workers).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException exception)
            {
                // The address appears with the service range's device, which another part of the agent makes.
                logger.DnsNotListening(options.Listen.ToString(), exception.Message);
                await Task.Delay(RetryAfter, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeUdpAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var anyone = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone, cancellationToken).ConfigureAwait(false);
                if (await resolver.AnswerAsync(buffer.AsMemory(0, received.ReceivedBytes), tcp: false, cancellationToken).ConfigureAwait(false) is { } answer)
                    await socket.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                // One client's network is not ours: a pod that left before its answer shows up here.
                logger.DnsQuestionFailed(exception.Message);
            }
        }
    }

    private async Task ServeTcpAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            using var stream = new NetworkStream(socket);
            try
            {
                while (true)
                {
                    using var timer = new CancellationTokenSource(TcpIdle, timeProvider);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
                    if (await DnsStream.ReadAsync(stream, either.Token).ConfigureAwait(false) is not { } query
                        || await resolver.AnswerAsync(query, tcp: true, cancellationToken).ConfigureAwait(false) is not { } answer)
                    {
                        break;
                    }
                    await DnsStream.WriteAsync(stream, answer, either.Token).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                logger.DnsQuestionFailed(exception.Message);
            }
        }
    }
}
