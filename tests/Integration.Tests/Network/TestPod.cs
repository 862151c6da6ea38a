using System.Net;
using System.Net.Sockets;
using System.Text;
using Testing;

namespace Integration.Tests.Network;

/// <summary>A pod's namespace in which this process answers: each TCP connection and UDP packet gets the pod's name and the address it was seen from.</summary>
internal sealed class TestPod : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _tasks = [];
    private readonly List<Socket> _sockets = [];

    private TestPod(NetworkNamespace network, string name, string address)
    {
        Network = network;
        Name = name;
        Address = address;
    }

    public NetworkNamespace Network { get; }

    public string Name { get; }

    public string Address { get; }

    public static async Task<TestPod> CreateAsync(NetworkNamespace node, string name, string address, string gateway, int port)
    {
        var pod = new TestPod(await node.AddPodAsync(name, address, gateway), name, address);
        pod.Serve(port);
        return pod;
    }

    /// <summary>Answers on a port of any namespace, for what is no pod.</summary>
    public static TestPod Serve(NetworkNamespace network, string name, int port)
    {
        var pod = new TestPod(network, name, "");
        pod.Serve(port);
        return pod;
    }

    /// <summary>Connects from a namespace and reads the answer: "name address".</summary>
    public static async Task<string> AskAsync(NetworkNamespace from, string address, int port, TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(5));
        using var socket = from.CreateSocket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(address), port, limit.Token);
        var buffer = new byte[256];
        var length = await socket.ReceiveAsync(buffer, limit.Token);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var socket in _sockets)
            socket.Dispose();
        await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Address.Length > 0)
            await Network.DisposeAsync();
        _stop.Dispose();
    }

    private void Serve(int port)
    {
        var tcp = Network.CreateSocket(SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Any, port));
        tcp.Listen(256);
        var udp = Network.CreateSocket(SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Any, port));
        _sockets.AddRange([tcp, udp]);
        _tasks.Add(Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                using var socket = await tcp.AcceptAsync(_stop.Token);
                await socket.SendAsync(Encoding.ASCII.GetBytes($"{Name} {((IPEndPoint)socket.RemoteEndPoint!).Address}"), _stop.Token);
                socket.Shutdown(SocketShutdown.Both);
            }
        }));
        _tasks.Add(Task.Run(async () =>
        {
            var buffer = new byte[256];
            while (!_stop.IsCancellationRequested)
            {
                var received = await udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                await udp.SendToAsync(Encoding.ASCII.GetBytes($"{Name} {((IPEndPoint)received.RemoteEndPoint).Address}"), SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
        }));
    }
}
