using k8s.Models;
using Kube.Network.Objects;
using Kube.Network.Processes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Pods;

/// <summary>
/// Keeps this node's pod network as the Node objects want it. Starting it backs the cluster's ranges with unreachable routes before anything else of the host
/// runs; they stay when it stops, because pods may outlive it.
/// </summary>
internal sealed class PodNetwork(PodNetworkOptions options, IObjectSource<V1Node> nodes, TimeProvider timeProvider, ILogger<PodNetwork> logger) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly KernelRoutes _kernel = new(new CommandRunner(options.NetworkNamespacePath), options.RouteProtocol);
    private readonly string _networkName = InstanceNames.PodNetwork(options.InstanceId);
    private readonly ChangeSignal _signal = new();
    private readonly HashSet<string> _failures = new(StringComparer.Ordinal);

    /// <summary>Backs the ranges, then starts following nodes.</summary>
    /// <exception cref="CommandException">The kernel refuses; the node cannot work.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await EnsureRangesAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Everything that does not depend on other objects. The unreachable routes come first.</summary>
    internal async Task EnsureRangesAsync(CancellationToken cancellationToken)
    {
        await _kernel.BackAsync(options.ClusterPodCidr, cancellationToken).ConfigureAwait(false);
        await _kernel.BackAsync(options.ServiceCidr, cancellationToken).ConfigureAwait(false);
        await _kernel.HoldServiceRangeAsync(InstanceNames.ServiceBridge(options.InstanceId), options.ServiceCidr, options.LocalServiceAddresses, cancellationToken)
            .ConfigureAwait(false);
        await _kernel.EnableForwardingAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Brings routes and CNI configuration to what the Node objects say.</summary>
    /// <returns>True when all of it succeeded.</returns>
    internal async Task<bool> ReconcileAsync(IReadOnlyCollection<V1Node> current, CancellationToken cancellationToken)
    {
        var complete = true;
        var wanted = NodeRoutes.Compile(current, options.NodeName, options.ClusterPodCidr);
        var existing = await _kernel.ListAsync(options.ClusterPodCidr, cancellationToken).ConfigureAwait(false);
        var destinations = wanted.Select(route => route.Destination).ToHashSet();
        foreach (var stale in existing.Where(route => !destinations.Contains(route.Destination)))
        {
            complete &= await TryAsync(() => _kernel.RemoveAsync(stale, cancellationToken)).ConfigureAwait(false);
            logger.RouteRemoved(stale.Destination.ToString(), stale.Gateway.ToString());
        }
        foreach (var route in wanted.Where(route => !existing.Contains(route)))
        {
            var made = await TryAsync(() => _kernel.ReplaceAsync(route, cancellationToken)).ConfigureAwait(false);
            complete &= made;
            if (made)
                logger.RouteMade(route.Destination.ToString(), route.Gateway.ToString());
        }
        if (NodeRoutes.PodCidr(current.FirstOrDefault(node => node.Metadata.Name == options.NodeName)) is { } podCidr)
        {
            var text = CniConfiguration.Build(_networkName, podCidr, options.AddressDirectory, options.Mtu);
            if (await CniConfiguration.WriteAsync(options.CniConfigurationDirectory, _networkName, text, cancellationToken).ConfigureAwait(false))
                logger.CniConfigurationWritten(podCidr.ToString(), options.CniConfigurationDirectory);
        }
        return complete;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = nodes.Subscribe(_signal.Set);
        _signal.Set();
        while (!stoppingToken.IsCancellationRequested)
        {
            var complete = false;
            try
            {
                await EnsureRangesAsync(stoppingToken).ConfigureAwait(false);
                // Before the first list is complete a missing node proves nothing: its route must stay.
                complete = !nodes.HasSynced || await ReconcileAsync(nodes.List(), stoppingToken).ConfigureAwait(false);
                if (complete)
                    _failures.Clear();
                await _signal.WaitAsync(complete && nodes.HasSynced ? options.ResyncPeriod : RetryAfter, timeProvider, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is CommandException or IOException or UnauthorizedAccessException)
            {
                Warn(exception.Message);
                await Task.Delay(RetryAfter, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> TryAsync(Func<Task> change)
    {
        try
        {
            await change().ConfigureAwait(false);
            return true;
        }
        catch (CommandException exception)
        {
            // One node with an address nobody can reach must not keep the routes to the others from being made.
            Warn(exception.Message);
            return false;
        }
    }

    // Tried every second, told once.
    private void Warn(string reason)
    {
        if (_failures.Add(reason))
            logger.PodNetworkFailed(reason);
    }
}
