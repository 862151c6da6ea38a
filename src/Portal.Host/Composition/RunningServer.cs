using System.Globalization;
using Portal.Host.Bridges;
using Portal.Host.Instance;
using Portal.Host.Postgres;

namespace Portal.Host.Composition;

/// <summary>
/// A further API server process of an instance that runs: it shares the data directory's keys and PostgreSQL, follows the process that leads, serves
/// reads and watches, forwards writes and takes over. Beside it stand a scheduler and controllers of its own, which wait for their Leases.
/// </summary>
internal sealed class RunningServer(StartOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];
    private readonly PostgresCluster _postgres = new(options.Data, time);
    private readonly ConsoleServices _console = new();
    private readonly SchedulerServices _scheduler = new();
    private WebApplication? _services;

    /// <summary>Starts it and returns when it serves.</summary>
    /// <exception cref="StartException">There is no running instance to join.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(options.Data.InstanceFile) || _postgres.RunningProcessId() is null)
            throw new StartException($"no instance runs in {options.Data.Root}. Start it with deploy/up, then join it with the same --data.");
        var settings = InstanceSettings.LoadOrCreate(options.Data);
        var pki = ClusterPki.LoadOrCreate(options.Data, time);
        var suffix = "-" + options.Ports.Kubernetes.ToString(CultureInfo.InvariantCulture);
        pki.WriteControlPlane(options.KubernetesUrl, suffix);

        // People's tokens are read by the console's own services; its pages are served by the first process.
        _services = ConsoleHost.Build(options, _postgres);
        _console.Connect(_services.Services);
        await StartHostAsync(KubeApiHost.Build(options, settings, pki, _postgres, _console, _scheduler), cancellationToken);
        await StartHostAsync(ControlPlaneHost.BuildControllers(options, settings, pki, suffix), cancellationToken);
        var scheduler = ControlPlaneHost.BuildScheduler(options, suffix);
        _scheduler.Connect(scheduler.Services);
        await StartHostAsync(scheduler, cancellationToken);
    }

    /// <summary>Stops it; what it leads goes to another process.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
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

        if (_services is not null)
            await _services.DisposeAsync();
    }

    private async Task StartHostAsync(IHost host, CancellationToken cancellationToken)
    {
        _hosts.Add(host);
        await host.StartAsync(cancellationToken);
    }
}
