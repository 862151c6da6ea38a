using System.Globalization;
using k8s;
using Kube.Machinery.Client;
using Kube.Node;
using Portal.Host.Bridges;
using Portal.Host.Instance;
using Portal.Host.Postgres;
using Portal.Host.Processes;

namespace Portal.Host.Composition;

/// <summary>
/// One instance while it runs: PostgreSQL and the node agent as processes of their own, which survive a killed server and are
/// adopted again, and in this process the API server, scheduler, controllers, console and ingress, each a host of its own.
/// </summary>
internal sealed class RunningInstance(StartOptions options, TimeProvider time) : IAsyncDisposable
{
    private const int Steps = 6;
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(90);
    private readonly List<IHost> _hosts = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ILoggerFactory _loggers = LoggerFactory.Create(builder => Logs.Configure(builder));
    private readonly PostgresCluster _postgres = new(options.Data, time);
    private readonly ConsoleServices _console = new();
    private readonly SchedulerServices _scheduler = new();
    private SupervisedProcess? _agent;
    private Task _supervision = Task.CompletedTask;

    /// <summary>Starts everything in its order and returns when the node is Ready.</summary>
    /// <param name="progressFile">File that gets the progress lines too, or null.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="StartException">A part does not start.</exception>
    public async Task StartAsync(string? progressFile, CancellationToken cancellationToken)
    {
        using var progress = new StartProgress(progressFile, options.HasNode ? Steps + 1 : Steps, time);
        var settings = InstanceSettings.LoadOrCreate(options.Data);
        var postgres = progress.StepAsync("PostgreSQL", () => Task.Run(() => _postgres.StartAsync(cancellationToken), cancellationToken));
        ClusterPki pki = null!;
        await progress.StepAsync("certificates", () =>
        {
            pki = ClusterPki.LoadOrCreate(options.Data, time);
            pki.WriteKubeconfigs(options.KubernetesUrl);
            return Task.CompletedTask;
        });

        // Nobody needs the other to be built, and building is most of a start: both cores have work while PostgreSQL comes up.
        var console = Task.Run(() => Keep(ConsoleHost.Build(options, _postgres)), cancellationToken);
        var server = await Task.Run(() => Keep(KubeApiHost.Build(options, settings, pki, _postgres, _console, _scheduler)), cancellationToken);
        await postgres;

        // The product's schema and the Kubernetes store are different databases: one is brought up to date while the other starts.
        var migration = Schema.MigrateAsync(_postgres, cancellationToken);
        await progress.StepAsync("Kubernetes API server", () => server.StartAsync(cancellationToken));
        var launched = time.GetUtcNow();
        using var client = KubeClients.FromKubeconfig(options.Data.AdminKubeconfig);
        await Task.WhenAll(
            progress.StepAsync("console and REST", () => StartConsoleAsync(console, migration, cancellationToken)),
            Task.Run(
                async () =>
                {
                    await ClusterInfo.PublishAsync(client, settings, cancellationToken);
                    if (options.HasNode)
                        await LaunchNodeAsync(client, pki, cancellationToken);
                    await progress.StepAsync("scheduler and controllers", () => StartControlPlaneAsync(settings, pki, cancellationToken));
                    await progress.StepAsync("ingress", () => Keep(IngressHost.Build(options)).StartAsync(cancellationToken));
                    if (options.HasNode)
                        await progress.StepAsync("node", () => WaitForNodeAsync(client, launched, cancellationToken));
                },
                cancellationToken));

        var summary = Summary();
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"Ready after {progress.Elapsed.TotalSeconds:0.0} s"));
        progress.Say(summary);
        OwnerFile.Write(options.Data.ReadyMarker, summary);
    }

    /// <summary>Waits until cancelled; the database is watched meanwhile and started again when it dies.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var logger = _loggers.CreateLogger<RunningInstance>();
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
            if (_postgres.RunningProcessId() is not null)
                continue;
            logger.LogError("PostgreSQL ended; starting it again");
            try
            {
                await _postgres.StartAsync(cancellationToken);
            }
            catch (StartException exception)
            {
                logger.LogError(exception, "PostgreSQL does not start");
            }
        }
    }

    /// <summary>Stops the hosts, the agent and PostgreSQL. Pods go on running until the agent is back or <c>portal down</c> stops them.</summary>
    public async Task StopAsync()
    {
        // First of all, while everything still answers: open pages take their state into the browser.
        if (_console.Find<Portal.Web.Live.Drain>() is { } pages && await pages.RunAsync(DrainPatience, time) is > 0 and var left)
            _loggers.CreateLogger<RunningInstance>().LogWarning("{Count} open pages did not pause in time; they will reload", left);
        await _stop.CancelAsync();
        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(25));
        for (var index = _hosts.Count - 1; index >= 0; index--)
        {
            try
            {
                await _hosts[index].StopAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                // It had its time.
            }
        }

        if (_agent is not null)
            await _agent.StopAsync(CancellationToken.None);
        await _postgres.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            if (host is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
            else
                host.Dispose();
        }

        _stop.Dispose();
        _loggers.Dispose();
    }

    // Hosts are built on several threads at once and stopped in the opposite order.
    private IHost Keep(IHost host)
    {
        lock (_hosts)
            _hosts.Add(host);
        return host;
    }

    private async Task StartConsoleAsync(Task<IHost> building, Task migration, CancellationToken cancellationToken)
    {
        var console = await building;
        await migration;
        await console.StartAsync(cancellationToken);
        _console.Connect(console.Services);
    }

    private async Task StartControlPlaneAsync(InstanceSettings settings, ClusterPki pki, CancellationToken cancellationToken)
    {
        await Keep(ControlPlaneHost.BuildControllers(options, settings, pki)).StartAsync(cancellationToken);
        var scheduler = Keep(ControlPlaneHost.BuildScheduler(options));
        _scheduler.Connect(scheduler.Services);
        await scheduler.StartAsync(cancellationToken);
    }

    private async Task LaunchNodeAsync(IKubernetes client, ClusterPki pki, CancellationToken cancellationToken)
    {
        var joinToken = NodeInstallation.HasJoined(options.Data.Agent) ? null : await BootstrapTokens.CreateAsync(client, pki.Authority.PublicKeyHash, TimeSpan.FromHours(1), time, cancellationToken);
        _agent = new SupervisedProcess(
            "agent",
            "env",
            () => [.. LocalAgent.SmallFootprint, Environment.ProcessPath!, .. LocalAgent.Arguments(options, joinToken)],
            options.Data.PidFile("agent"),
            Path.Combine(options.Data.Log, "agent.log"),
            options.Data.Agent,
            time,
            _loggers.CreateLogger("agent"));
        _supervision = _agent.RunAsync(_stop.Token);
    }

    private async Task WaitForNodeAsync(IKubernetes client, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var name = LocalAgent.NodeName;
        var deadline = time.GetUtcNow() + NodePatience;
        while (!await IsReadyAsync(client, name, since, cancellationToken))
        {
            if (time.GetUtcNow() > deadline)
                throw new StartException($"the node {name} is not Ready after {NodePatience.TotalSeconds:0} s. Its log is {Path.Combine(options.Data.Log, "agent.log")}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    // Ready, and its agent alive since this start: conditions and leases left from the last run would be true too early.
    private static async Task<bool> IsReadyAsync(IKubernetes client, string name, DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            var lease = await client.CoordinationV1.ReadNamespacedLeaseAsync(name, "kube-node-lease", cancellationToken: cancellationToken);
            if (lease.Spec?.RenewTime is not { } renewed || renewed < since)
                return false;
            var node = await client.CoreV1.ReadNodeAsync(name, cancellationToken: cancellationToken);
            return node.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready")?.Status == "True"
                && (node.Spec?.Taints is not { } taints || !taints.Any(taint => taint.Key is "node.kubernetes.io/not-ready" or "node.kubernetes.io/unreachable"));
        }
        catch (Exception exception) when (exception is k8s.Autorest.HttpOperationException or HttpRequestException)
        {
            return false;
        }
    }

    private string Summary()
    {
        // deploy/up puts the command there; a build that was started by hand is its own.
        var command = Path.Combine(options.Data.Root, "bin/portal");
        var setUp = File.Exists(options.Data.SetupCode)
            ? $"\n  set up      {new Uri(options.PublicUrl, "/setup?code=" + File.ReadAllText(options.Data.SetupCode).Trim())}   (once)"
            : string.Empty;
        return $"""
              console     {options.PublicUrl}
              kubectl     kubectl --kubeconfig {options.Data.AdminKubeconfig} get nodes
              apps        http://<app>-<environment>-<project>.{options.BaseDomain}:{options.Ports.Http}
              portal      {(File.Exists(command) ? command : Environment.ProcessPath)}{setUp}
            """;
    }
}
