using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using k8s.Models;
using Kube.Network;
using Kube.Network.Pods;
using Kube.Network.Processes;
using Kube.Network.Services;
using Microsoft.Extensions.Logging.Abstractions;
using Testing;
using Xunit;

namespace Integration.Tests.Network;

/// <summary>One node in its own namespace, pods behind it, the real kernel.</summary>
public sealed class Service_addresses_lead_to_ready_pods : IAsyncLifetime
{
    private const int Port = 8080;
    private static readonly IPNetwork Pods = IPNetwork.Parse("10.244.0.0/16");
    private static readonly IPNetwork Services = IPNetwork.Parse("10.96.0.0/12");

    private readonly List<TestPod> _pods = [];
    private readonly ObjectList<V1Service> _services = new();
    private readonly ObjectList<V1EndpointSlice> _slices = new();
    private NetworkNamespace _node = null!;
    private NetworkNamespace _outside = null!;
    private NetworkNamespace _client = null!;
    private ServiceProxyOptions _options = null!;
    private ServiceProxy? _proxy;

    public async ValueTask InitializeAsync()
    {
        _node = await NetworkNamespace.CreateAsync("node");
        _outside = await NetworkNamespace.CreateAsync("outside");
        await _node.ConnectAsync(_outside, "192.168.77.1/24", "192.168.77.2/24");
        // The machine outside is the node's default route: what should stay in the cluster would show there.
        await _node.RunAsync("ip", "route", "add", "default", "via", "192.168.77.2");
        using var network = new PodNetwork(
            new PodNetworkOptions
            {
                NodeName = "n1",
                InstanceId = "it",
                CniConfigurationDirectory = "/tmp/unused",
                AddressDirectory = "/tmp/unused",
                ClusterPodCidr = Pods,
                ServiceCidr = Services,
                NetworkNamespacePath = _node.Path,
                LocalServiceAddresses = [IPAddress.Parse("10.96.0.10")],
            },
            new ObjectList<V1Node>(), TimeProvider.System, NullLogger<PodNetwork>.Instance);
        await network.EnsureRangesAsync(CancellationToken.None);
        await network.EnsureRangesAsync(CancellationToken.None);
        for (var i = 1; i <= 4; i++)
            _pods.Add(await TestPod.CreateAsync(_node, $"pod{i}", $"10.244.0.{i + 1}", "10.244.0.1", Port));
        _client = await _node.AddPodAsync("client", "10.244.0.100", "10.244.0.1");
        _options = new ServiceProxyOptions { InstanceId = "it", ClusterPodCidr = Pods, ServiceCidr = Services, NetworkNamespacePath = _node.Path, ResyncPeriod = TimeSpan.FromMilliseconds(500) };
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.StopAsync(CancellationToken.None);
            _proxy.Dispose();
        }
        foreach (var pod in _pods)
            await pod.DisposeAsync();
        await _client.DisposeAsync();
        await _node.DisposeAsync();
        await _outside.DisposeAsync();
    }

    [Fact]
    public async Task Requests_spread_over_the_pods_from_pods_and_from_the_node()
    {
        await StartAsync([Objects.Service("web", "10.96.0.20")], [Objects.Slice("web", Port, Addresses(4))]);
        foreach (var from in new[] { _client, _node })
        {
            var counts = new Dictionary<string, int>();
            for (var i = 0; i < 200; i++)
            {
                var name = (await TestPod.AskAsync(from, "10.96.0.20", 80)).Split(' ')[0];
                counts[name] = counts.GetValueOrDefault(name) + 1;
            }
            TestContext.Current.SendDiagnosticMessage($"200 requests: {string.Join(' ', counts.OrderBy(c => c.Key).Select(c => c.Value))}");
            Assert.Equal(4, counts.Count);
            Assert.All(counts.Values, count => Assert.InRange(count, 20, 100));
        }
        // A pod sees the pod that asks, not the node.
        Assert.EndsWith(" 10.244.0.100", await TestPod.AskAsync(_client, "10.96.0.20", 80), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ready_pods_and_without_a_service_a_connection_is_refused_at_once()
    {
        await StartAsync([Objects.Service("web", "10.96.0.20")], [Objects.Slice("web", Port, [])]);
        foreach (var from in new[] { _client, _node })
        {
            foreach (var address in new[] { "10.96.0.20", "10.96.0.99" })
            {
                var clock = Stopwatch.StartNew();
                var refused = await Assert.ThrowsAsync<SocketException>(() => TestPod.AskAsync(from, address, 80));
                Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
                Assert.True(clock.ElapsedMilliseconds < 500, $"{clock.ElapsedMilliseconds} ms");
            }
        }
    }

    [Fact]
    public async Task A_pod_address_nobody_has_is_unreachable_and_does_not_leave_the_node()
    {
        await StartAsync([], []);
        var thrown = await Assert.ThrowsAsync<SocketException>(() => TestPod.AskAsync(_client, "10.244.7.7", 80));
        Assert.Equal(SocketError.HostUnreachable, thrown.SocketErrorCode);
    }

    [Fact]
    public async Task An_endpoint_that_left_gets_nothing_after_a_tenth_of_a_second()
    {
        await StartAsync([Objects.Service("web", "10.96.0.20")], [Objects.Slice("web", Port, Addresses(4))]);
        var times = new List<double>();
        for (var round = 0; round < 10; round++)
        {
            var left = $"pod{1 + (round % 4)}";
            var staying = _pods.Where(pod => pod.Name != left).Select(pod => pod.Address);
            var clock = Stopwatch.StartNew();
            _slices.Set(Objects.Slice("web", Port, staying));
            var last = TimeSpan.Zero;
            while (clock.ElapsedMilliseconds < 300)
            {
                var asked = clock.Elapsed;
                if ((await TestPod.AskAsync(_client, "10.96.0.20", 80)).StartsWith(left + " ", StringComparison.Ordinal))
                    last = asked;
            }
            times.Add(last.TotalMilliseconds);
        }
        times.Sort();
        TestContext.Current.SendDiagnosticMessage($"last connection to an endpoint after it left: {times[5]:0} ms (median), {times[^1]:0} ms (worst of 10)");
        // The median, because a machine that does other things too may hold up any single one.
        Assert.True(times[5] < 100, string.Join(' ', times));
    }

    [Fact]
    public async Task A_pod_reaches_itself_through_its_service()
    {
        await StartAsync([Objects.Service("web", "10.96.0.20")], [Objects.Slice("web", Port, [_pods[0].Address])]);
        Assert.StartsWith("pod1 ", await TestPod.AskAsync(_pods[0].Network, "10.96.0.20", 80), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_port_serves_machines_outside()
    {
        await StartAsync([Objects.Service("web", "10.96.0.20", nodePort: 30080)], [Objects.Slice("web", Port, Addresses(4))]);
        Assert.StartsWith("pod", await TestPod.AskAsync(_outside, "192.168.77.1", 30080), StringComparison.Ordinal);
        Assert.StartsWith("pod", await TestPod.AskAsync(_client, "192.168.77.1", 30080), StringComparison.Ordinal);
        _slices.Set(Objects.Slice("web", Port, []));
        await EventuallyRefusedAsync(_outside, "192.168.77.1", 30080);
    }

    [Fact]
    public async Task A_pod_that_leaves_the_cluster_is_seen_as_its_node()
    {
        await using var server = TestPod.Serve(_outside, "outside", 9000);
        await StartAsync([], []);
        Assert.Equal("outside 192.168.77.1", await TestPod.AskAsync(_client, "192.168.77.2", 9000));
    }

    [Fact]
    public async Task A_service_may_lead_to_the_node_itself()
    {
        // As the API server's own service does where it runs beside the node's agent.
        await using var server = TestPod.Serve(_node, "api", 6443);
        await StartAsync([Objects.Service("kubernetes", "10.96.0.1", 443)], [Objects.Slice("kubernetes", 6443, ["192.168.77.1"])]);
        Assert.StartsWith("api ", await TestPod.AskAsync(_client, "10.96.0.1", 443), StringComparison.Ordinal);
        Assert.StartsWith("api ", await TestPod.AskAsync(_node, "10.96.0.1", 443), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_udp_flow_leaves_the_endpoint_that_left()
    {
        await StartAsync([Objects.Service("dns", "10.96.0.53", 53, "UDP")], [Objects.Slice("dns", Port, "UDP", [_pods[0].Address])]);
        using var socket = _client.CreateSocket(SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(IPAddress.Parse("10.96.0.53"), 53);
        Assert.StartsWith("pod1", await Eventually.Async("an answer by UDP", () => AskByUdpAsync(socket), answer => answer.StartsWith("pod", StringComparison.Ordinal)), StringComparison.Ordinal);
        _slices.Set(Objects.Slice("dns", Port, "UDP", [_pods[1].Address]));
        await Eventually.Async("the same socket to reach the other pod", () => AskByUdpAsync(socket), answer => answer.StartsWith("pod2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flushed_table_comes_back()
    {
        await StartAsync([Objects.Service("web", "10.96.0.20")], [Objects.Slice("web", Port, Addresses(4))]);
        await _node.RunAsync("nft", "flush", "ruleset");
        var clock = Stopwatch.StartNew();
        await Eventually.Async("the service to answer again", () => TestPod.AskAsync(_client, "10.96.0.20", 80, TimeSpan.FromMilliseconds(300)), answer => answer.StartsWith("pod", StringComparison.Ordinal));
        TestContext.Current.SendDiagnosticMessage($"table back {clock.ElapsedMilliseconds} ms after `nft flush ruleset` (checked every 500 ms)");
    }

    [Fact]
    public async Task A_thousand_services_are_replaced_in_one_transaction_and_one_is_changed_in_a_fraction()
    {
        var table = new NftTable(_options, new CommandRunner(_node.Path));
        var first = Thousand(offset: 0);
        await table.ApplyAsync(first, CancellationToken.None);
        var failures = 0;
        var requests = 0;
        using var stop = new CancellationTokenSource();
        // Somebody uses the first service all the while: no moment without a table.
        var load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                requests++;
                try
                {
                    await TestPod.AskAsync(_client, "10.97.0.0", 80);
                }
                catch (Exception exception) when (exception is SocketException or OperationCanceledException)
                {
                    failures++;
                }
            }
        });
        var whole = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            var again = new NftTable(_options, new CommandRunner(_node.Path));
            var clock = Stopwatch.StartNew();
            await again.ApplyAsync(Thousand(offset: round), CancellationToken.None);
            whole.Add(clock.ElapsedMilliseconds);
            table = again;
        }
        var single = new List<long>();
        for (var round = 0; round < 5; round++)
        {
            var ports = table.Applied!.Ports.Values.OrderBy(port => port.Name, StringComparer.Ordinal).ToList();
            ports[500] = ports[500] with { Endpoints = [new(IPAddress.Parse($"10.244.200.{round + 1}"), 80)] };
            var clock = Stopwatch.StartNew();
            await table.ApplyAsync(new ServiceTable(ports), CancellationToken.None);
            single.Add(clock.ElapsedMilliseconds);
        }
        await stop.CancelAsync();
        await load;
        TestContext.Current.SendDiagnosticMessage($"1,000 services x 4 endpoints: whole {string.Join('/', whole)} ms, one service {string.Join('/', single)} ms; {failures} of {requests} requests failed meanwhile");
        Assert.Equal(0, failures);
        Assert.True(requests > 20);
    }

    [Fact]
    public async Task A_hundred_random_changes_end_in_the_same_table_as_a_whole_replacement()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var table = new NftTable(_options, new CommandRunner(_node.Path));
        await table.ApplyAsync(ServiceTable.Empty, CancellationToken.None);
        for (var round = 0; round < 100; round++)
            await table.ApplyAsync(RandomTable(random), CancellationToken.None);
        var last = table.Applied!;
        var stepwise = await ListAsync();
        await new NftTable(_options, new CommandRunner(_node.Path)).ApplyAsync(last, CancellationToken.None);
        Assert.True(stepwise == await ListAsync(), $"seed {seed}");
    }

    private static ServiceTable Thousand(int offset)
    {
        // The first has real pods, the others lead into the unreachable part of the pod range.
        var first = new ServicePort("test/s0:80", IPAddress.Parse("10.97.0.0"), TransportProtocol.Tcp, 80, null, false, [new(IPAddress.Parse("10.244.0.2"), Port), new(IPAddress.Parse("10.244.0.3"), Port)]);
        return new ServiceTable(Enumerable.Range(1, 999)
            .Select(i => new ServicePort(
                $"test/s{i}:80", new IPAddress([10, 97, (byte)(i / 250), (byte)(1 + (i % 250))]), TransportProtocol.Tcp, 80, null, false,
                [.. Enumerable.Range(0, 4).Select(e => new Kube.Network.Objects.EndpointAddress(new IPAddress([10, 244, (byte)(20 + (i / 50)), (byte)(((i % 50) * 4) + e + offset)]), 80))]))
            .Append(first));
    }

    private static ServiceTable RandomTable(Random random) => new(Enumerable.Range(0, 12).Where(_ => random.Next(3) > 0).Select(i => new ServicePort(
        $"test/s{i}:80", new IPAddress([10, 96, 1, (byte)(i + (random.Next(4) == 0 ? 100 : 0))]), i % 3 == 0 ? TransportProtocol.Udp : TransportProtocol.Tcp, 80,
        random.Next(2) == 0 ? null : (ushort)(30000 + i), random.Next(2) == 0,
        [.. Enumerable.Range(1, 8).Where(e => e == 1 || random.Next(2) == 0).Select(e => new Kube.Network.Objects.EndpointAddress(new IPAddress([10, 244, 3, (byte)e]), 80))])));

    private IEnumerable<string> Addresses(int count) => _pods.Take(count).Select(pod => pod.Address);

    private async Task StartAsync(IReadOnlyCollection<V1Service> services, IReadOnlyCollection<V1EndpointSlice> slices)
    {
        _services.Set(services);
        _slices.Set(slices);
        _proxy = new ServiceProxy(_options, _services, _slices, TimeProvider.System, NullLogger<ServiceProxy>.Instance);
        await _proxy.StartAsync(CancellationToken.None);
        await Eventually.Async("the service table", () => _node.TryRunAsync("nft", "list", "chain", "ip", InstanceNames.ServiceTable("it"), "services"), result => result.ExitCode == 0);
    }

    private static async Task EventuallyRefusedAsync(NetworkNamespace from, string address, int port) => await Eventually.Async(
        "a refusal",
        async () =>
        {
            try
            {
                return await TestPod.AskAsync(from, address, port, TimeSpan.FromSeconds(1));
            }
            catch (SocketException exception)
            {
                return exception.SocketErrorCode.ToString();
            }
        },
        answer => answer == nameof(SocketError.ConnectionRefused));

    private static async Task<string> AskByUdpAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await socket.SendAsync("?"u8.ToArray(), limit.Token);
        var buffer = new byte[256];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }

    // Anonymous maps carry no order; elements of sets are listed by hash.
    private async Task<string> ListAsync()
    {
        var text = await _node.RunAsync("nft", "-j", "list", "table", "ip", _options.Table);
        using var json = System.Text.Json.JsonDocument.Parse(text);
        var lines = json.RootElement.GetProperty("nftables").EnumerateArray().Select(entry => System.Text.RegularExpressions.Regex.Replace(entry.GetRawText(), "\"handle\": ?[0-9]+(, )?", ""));
        return string.Join('\n', lines.Select(line => line.StartsWith("{\"map\"", StringComparison.Ordinal) || line.StartsWith("{\"set\"", StringComparison.Ordinal) ? string.Concat(line.Order()) : line).Order(StringComparer.Ordinal));
    }
}
