using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Microsoft.Extensions.Logging;

namespace Kube.Machinery.LeaderElection;

/// <summary>
/// Lets one of several candidates lead, decided by compare-and-swap on a Lease. A candidate judges another's Lease by its own clock since it
/// last saw it change, never by the times written in it, so clocks need not agree. What the leader writes carries its <see cref="LeaderTerm"/>.
/// </summary>
public sealed class LeaderElector
{
    private readonly ResourceClient<V1Lease> _leases;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private string? _seenVersion;
    private long _seenAt;
    private bool _isTaken;

    /// <summary>Makes a candidate.</summary>
    public LeaderElector(IKubernetes client, LeaderElectionOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _leases = client.Resource<V1Lease>();
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Whether this candidate leads now.</summary>
    public bool IsLeader { get; private set; }

    /// <summary>Stands for election until cancelled.</summary>
    /// <param name="lead">Runs while this candidate leads; its token is cancelled when leadership is lost. When it returns by itself the Lease is released and the election goes on.</param>
    /// <param name="cancellationToken">Stops and releases the Lease.</param>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lead);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var began = _time.GetTimestamp();
                if (await TryAsync(acquire: true, _options.RenewDeadline, cancellationToken) is { } term)
                {
                    await LeadAsync(lead, term, began, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await Pause(_options.RetryPeriod * (0.2 + (Randomness.Source.NextDouble() * 0.2)), cancellationToken);
        }
    }

    /// <param name="lead">See <see cref="RunAsync"/>.</param>
    /// <param name="term">The tenure that has begun.</param>
    /// <param name="renewed">When the request that won was sent: others count from its arrival, which was later.</param>
    /// <param name="cancellationToken">See <see cref="RunAsync"/>.</param>
    private async Task LeadAsync(Func<CancellationToken, Task> lead, LeaderTerm term, long renewed, CancellationToken cancellationToken)
    {
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IsLeader = true;
        _logger.StartedLeading(_options.Name, _options.Identity);
        var work = term.Run(() => lead(leading.Token));
        try
        {
            while (!work.IsCompleted && !cancellationToken.IsCancellationRequested)
            {
                await Task.WhenAny(work, Pause(_options.RetryPeriod, leading.Token));
                if (work.IsCompleted || cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                var began = _time.GetTimestamp();
                var left = _options.RenewDeadline - _time.GetElapsedTime(renewed, began);
                if (left > TimeSpan.Zero && await TryAsync(acquire: false, left, cancellationToken) is { } now)
                {
                    if (now != term)
                    {
                        break;
                    }

                    renewed = began;
                }
                else if (_isTaken || _time.GetElapsedTime(renewed) >= _options.RenewDeadline)
                {
                    // Another one holds the Lease: there is nothing left to renew, and what is still written is refused for its term.
                    break;
                }
            }
        }
        finally
        {
            IsLeader = false;
            await leading.CancelAsync();
            try
            {
                await work;
            }
            catch (OperationCanceledException)
            {
                // It was told to stop.
            }
            finally
            {
                _logger.StoppedLeading(_options.Name, _options.Identity);
                await ReleaseAsync();
            }
        }
    }

    /// <summary>One try to take the Lease, or to renew it.</summary>
    /// <param name="acquire">Begins a tenure: a Lease this candidate holds already is that of an earlier one.</param>
    /// <param name="patience">An answer that has not come by then is none: a renewal that hangs must not keep a leader past its lease.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The term held now; null when there is none.</returns>
    private async Task<LeaderTerm?> TryAsync(bool acquire, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        _isTaken = false;
        try
        {
            return await TryOnceAsync(acquire, either.Token);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _logger.ElectionTryFailed(_options.Name, e.Message);
            return null;
        }
    }

    private async Task<LeaderTerm?> TryOnceAsync(bool acquire, CancellationToken cancellationToken)
    {
        var lease = await _leases.GetAsync(_options.Namespace, _options.Name, cancellationToken);
        var now = MicroTime(_time.GetUtcNow());
        if (lease is null)
        {
            return TermOf(await _leases.CreateAsync(
                new V1Lease
                {
                    Metadata = new V1ObjectMeta { Name = _options.Name, NamespaceProperty = _options.Namespace },
                    Spec = new V1LeaseSpec
                    {
                        HolderIdentity = _options.Identity,
                        LeaseDurationSeconds = (int)_options.LeaseDuration.TotalSeconds,
                        LeaseTransitions = 0,
                        AcquireTime = _time.GetUtcNow().UtcDateTime,
                        RenewTime = _time.GetUtcNow().UtcDateTime,
                    },
                },
                cancellationToken));
        }

        var holder = lease.Spec?.HolderIdentity;
        _isTaken = holder != _options.Identity && !string.IsNullOrEmpty(holder);
        if (_isTaken)
        {
            if (lease.Metadata.ResourceVersion != _seenVersion)
            {
                _seenVersion = lease.Metadata.ResourceVersion;
                _seenAt = _time.GetTimestamp();
                return null;
            }

            if (_time.GetElapsedTime(_seenAt) < TimeSpan.FromSeconds(lease.Spec?.LeaseDurationSeconds ?? 0))
            {
                return null;
            }
        }

        var spec = new JsonObject
        {
            ["holderIdentity"] = _options.Identity,
            ["leaseDurationSeconds"] = (int)_options.LeaseDuration.TotalSeconds,
            ["renewTime"] = now,
        };
        if (acquire || holder != _options.Identity)
        {
            spec["acquireTime"] = now;
            spec["leaseTransitions"] = (lease.Spec?.LeaseTransitions ?? 0) + 1;
        }

        var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = lease.Metadata.ResourceVersion }, ["spec"] = spec };
        return TermOf(await _leases.PatchAsync(_options.Namespace, _options.Name, patch, PatchKind.Merge, cancellationToken));
    }

    private static LeaderTerm TermOf(V1Lease lease) =>
        new(lease.Metadata.NamespaceProperty, lease.Metadata.Name, lease.Metadata.Uid, lease.Spec.LeaseTransitions ?? 0);

    // Best effort: without it the next leader waits for the Lease to expire.
    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
        try
        {
            var lease = await _leases.GetAsync(_options.Namespace, _options.Name, limit.Token);
            if (lease?.Spec?.HolderIdentity == _options.Identity)
            {
                var patch = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = lease.Metadata.ResourceVersion },
                    ["spec"] = new JsonObject { ["holderIdentity"] = null },
                };
                await _leases.PatchAsync(_options.Namespace, _options.Name, patch, PatchKind.Merge, limit.Token);
            }
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or OperationCanceledException)
        {
            _logger.ElectionTryFailed(_options.Name, e.Message);
        }
    }

    private async Task Pause(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at its token.
        }
    }

    private static string MicroTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
