using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Node.Cri;
using Kube.Node.Fencing;
using Kube.Node.Images;
using Kube.Node.Metrics;
using Kube.Node.Pods;
using Kube.Node.Probes;
using Kube.Node.Registration;
using Kube.Node.Runtime;
using Kube.Node.Status;
using Kube.Node.Streaming;
using Kube.Node.Volumes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kube.Node;

/// <summary>The agent: runtime up, joined, registered, pods worked on; containers go on when it stops.</summary>
internal sealed class NodeAgent(IOptions<NodeOptions> configured, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(3);
    private readonly NodeOptions _options = configured.Value;
    private readonly ILogger _logger = loggers.CreateLogger<NodeAgent>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host's start must not wait for the first synchronous stretch below.
        await Task.Yield();
        var paths = new NodePaths(_options.DataDirectory);
        foreach (var directory in new[] { paths.Containerd, paths.Images, paths.Pods, paths.Logs, paths.Pki })
            Directory.CreateDirectory(directory);
        File.SetUnixFileMode(paths.Pki, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var cri = new CriClient(CriChannel.Open(paths.ContainerdSocket));
        using var images = new ImagePuller(cri, time);
        // Shared with the guard of stateful pods over sessions and restarts of the agent.
        using var board = _options.GuardCommand.Count > 0 ? new FenceBoard(paths) : null;
        var containerd = new Containerd(paths, _options, cri, time, _logger);
        var credentials = new CredentialStore(paths, _options);
        var registration = new NodeRegistration(_options, paths, credentials, time, _logger);
        await Task.WhenAll(
            UntilDoneAsync("starting containerd", containerd.EnsureRunningAsync, stoppingToken),
            UntilDoneAsync("joining the cluster", registration.EnsureJoinedAsync, stoppingToken)).ConfigureAwait(false);
        var supervision = containerd.SuperviseAsync(stoppingToken);
        // One session a client certificate: a renewed one opens new connections and finds its pods as a restarted agent would.
        try
        {
            while (!stoppingToken.IsCancellationRequested)
                await RunSessionAsync(paths, cri, images, board, containerd, credentials, registration, stoppingToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // A bug. The process ends and is started again by whoever runs it; the pods go on meanwhile.
            Log.AgentFailed(_logger, e);
            throw;
        }

        await supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunSessionAsync(NodePaths paths, CriClient cri, ImagePuller images, FenceBoard? board, Containerd containerd, CredentialStore credentials, NodeRegistration registration, CancellationToken stoppingToken)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var ct = session.Token;
        using var client = KubeClients.FromKubeconfig(paths.Kubeconfig);
        await UntilDoneAsync("getting a serving certificate", token => registration.EnsureServingAsync(client, token), ct).ConfigureAwait(false);
        var machine = MachineFacts.Read();
        var pods = new Informer<V1Pod>(client, new InformerOptions { FieldSelector = "spec.nodeName=" + _options.NodeName }, time, _logger);
        var self = new Informer<V1Node>(client, new InformerOptions { FieldSelector = "metadata.name=" + _options.NodeName }, time, _logger);
        var api = new ApiServerPods(client, pods, time);
        var events = new EventRecorder(client, _options.NodeName, time, _logger);
        var dialer = new NamespaceDialer(_options.NetworkNamespace);
        using var prober = new Prober(cri, dialer, time);
        var fence = new FenceLease(board, () => BootClock.Milliseconds, api.ReadAsync);
        var services = PodServices.Create(_options, paths, machine, api, events, cri, images, prober, fence, time, _logger);
        var supervisor = new PodSupervisor(services);
        using var streams = new RuntimeStreams(dialer, time);
        using var usage = new UsageMeter(cri, time);
        var commands = new StartedCommands(cri, time, _logger);
        await using var kubelet = new KubeletApi(_options, credentials, new ContainerLogs(api, cri, paths), new StreamEndpoints(api, cri, streams, commands, new AttachLimit(cri)), new MetricsEndpoints(api, usage, _options), time, loggers);
        var reporter = new NodeStatusReporter(client, self, _options, paths, machine, cri, time, _logger);
        await UntilDoneAsync("serving the kubelet API", async token => reporter.KubeletPort = await kubelet.StartAsync(token).ConfigureAwait(false), ct).ConfigureAwait(false);
        Task[] parts =
        [
            pods.RunAsync(ct),
            self.RunAsync(ct),
            events.RunAsync(ct),
            reporter.RunAsync(ct),
            BeatAsync(reporter, new LeaseHeartbeat(client, _options, fence, time, _logger), supervisor, ct),
            .. board is null ? (Task[])[] : [new GuardKeeper(_options, paths, fence, time, _logger).RunAsync(ct)],
            new ImageImporter(paths.Images, containerd, time, _logger).RunAsync(() => OnImported(images, supervisor), ct),
            commands.RunAsync(ct),
            new VolumeSweep(client, paths, time, _logger).RunAsync(ct),
            new LogRotation(cri, paths, _options.MaxLogBytes, time, _logger).RunAsync(ct),
            SuperviseAsync(pods, supervisor, ct),
        ];
        var renewal = registration.RenewAsync(client, ct);
        // Any part that ends before the session does is a fault the host must see.
        var first = await Task.WhenAny([.. parts, renewal]).ConfigureAwait(false);
        await session.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stoppingToken.IsCancellationRequested)
            await first.ConfigureAwait(false);
    }

    // A renewal after a loss makes the API server look at the port that the status names: it should be the one of this session.
    private async Task BeatAsync(NodeStatusReporter reporter, LeaseHeartbeat heartbeat, PodSupervisor supervisor, CancellationToken ct)
    {
        await reporter.FirstReport.WaitAsync(ReportPatience, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await heartbeat.RunAsync(supervisor.PokeAll, ct).ConfigureAwait(false);
    }

    private static void OnImported(ImagePuller images, PodSupervisor supervisor)
    {
        images.Reset();
        supervisor.ImagesChanged();
    }

    private static async Task SuperviseAsync(Informer<V1Pod> pods, PodSupervisor supervisor, CancellationToken ct)
    {
        await pods.WaitForSyncAsync(ct).ConfigureAwait(false);
        await supervisor.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task UntilDoneAsync(string what, Func<CancellationToken, Task> step, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await step(ct).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested && e is InvalidOperationException or IOException or HttpRequestException or ApiException or Grpc.Core.RpcException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException or OperationCanceledException or System.ComponentModel.Win32Exception)
            {
                ct.ThrowIfCancellationRequested();
                Log.WillRetry(_logger, what, e.Message);
                await Task.Delay(Retry, time, ct).ConfigureAwait(false);
            }
        }
    }
}
