using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using k8s;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Apply;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Observe;
using Portal.Core.Releases;

namespace Portal.Core.Clusters;

/// <summary>
/// The links to every cluster in use: the embedded engine always, the others while environments target them. An environment's target never changes and a namespace is never used again,
/// so what is known of a namespace stays true. Follows the database: new clusters and new kubeconfigs are taken up, those nobody targets are let go, and all are asked now and then how they stand.
/// </summary>
internal sealed partial class ClusterLinks : BackgroundService, IClusterClients, IAsyncDisposable
{
    private const int MostNamespaces = 20_000;
    private static readonly TimeSpan CheckEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Guid?> _targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, ClusterLink> _links = new();
    private readonly Dictionary<Guid, Task> _checks = [];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly WorkSignal _changed = new();
    private readonly ITenantDbContextFactory _contexts;
    private readonly SecretCipher _cipher;
    private readonly ClusterAddresses _addresses;
    private readonly ChangeFeed _changes;
    private readonly WorkSignal _signal;
    private readonly PortalCoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<ClusterLinks> _logger;
    private readonly ILogger<ClusterCache> _cacheLogger;
    private ImmutableDictionary<Guid, ImmutableHashSet<string>> _targeted = ImmutableDictionary<Guid, ImmutableHashSet<string>>.Empty;

    public ClusterLinks(
        IKubernetes embedded, ClusterCache cache, ITenantDbContextFactory contexts, SecretCipher cipher, ClusterAddresses addresses, ChangeFeed changes, WorkSignal signal, PortalCoreOptions options,
        TimeProvider clock, ILogger<ClusterLinks> logger, ILogger<ClusterCache> cacheLogger)
    {
        (_contexts, _cipher, _addresses, _changes, _signal, _options, _clock, _logger, _cacheLogger) = (contexts, cipher, addresses, changes, signal, options, clock, logger, cacheLogger);
        Embedded = new(null, 0, embedded, cache, null, clock.GetUtcNow());
    }

    /// <summary>The portal's own engine.</summary>
    public ClusterLink Embedded { get; }

    /// <summary>Every link there is now.</summary>
    public IReadOnlyList<ClusterLink> All => [Embedded, .. _links.Values];

    /// <summary>The clusters that environments target, besides the embedded engine.</summary>
    public IEnumerable<Guid> Targeted => Volatile.Read(ref _targeted).Keys;

    /// <summary>Completes when <see cref="Targeted"/> changes. Take it before reading.</summary>
    public Task Changed => _changed.Next;

    public bool IsTargeted(Guid cluster) => Volatile.Read(ref _targeted).ContainsKey(cluster);

    public async ValueTask<IKubernetes> ClientAsync(string ns, CancellationToken cancellationToken) => (await OfAsync(ns, cancellationToken)).Client;

    /// <summary>The link to the cluster that the environment of a namespace targets.</summary>
    public async ValueTask<ClusterLink> OfAsync(string ns, CancellationToken cancellationToken)
    {
        if (!_targets.TryGetValue(ns, out var cluster))
        {
            await using var db = await _contexts.CreateAsync(TenantContext.Platform, cancellationToken);
            var found = await db.Environments.Where(e => e.Namespace == ns).Select(e => new { e.ClusterId }).SingleOrDefaultAsync(cancellationToken);
            if (found is null) return Embedded;
            if (_targets.Count > MostNamespaces) _targets.Clear();
            cluster = _targets[ns] = found.ClusterId;
        }

        return await LinkAsync(cluster, cancellationToken);
    }

    /// <summary>The link to a cluster, made when it is not there yet.</summary>
    /// <param name="cluster">Its id; null for the embedded engine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ClusterLink> LinkAsync(Guid? cluster, CancellationToken cancellationToken)
    {
        if (cluster is not { } id) return Embedded;
        if (_links.TryGetValue(id, out var link)) return link;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_links.TryGetValue(id, out link)) return link;
            await using var db = await _contexts.CreateAsync(TenantContext.Platform, cancellationToken);
            var row = await db.Clusters.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) ?? throw new ClusterException("The cluster was removed.", false, null);
            return await OpenAsync(row, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A connection with a cluster's sealed credentials.</summary>
    public ClusterConnection Connect(ClusterRow row)
    {
        try
        {
            return new(ClusterAccess.Read(_cipher.Open(row.Credentials, row.TeamId ?? Guid.Empty, row.Id, ClusterAccess.SealName, row.Revision)), _addresses, row.TeamId is not null);
        }
        catch (CryptographicException e)
        {
            throw new ClusterException("The cluster's kubeconfig cannot be opened with the portal's key; replace it.", false, e);
        }
    }

    /// <summary>Brings the links to what the database says, and has clusters asked whose turn it is.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        List<ClusterRow> rows;
        ImmutableDictionary<Guid, ImmutableHashSet<string>> targeted;
        await using (var db = await _contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            rows = await db.Clusters.AsNoTracking().ToListAsync(cancellationToken);
            targeted = (await db.Environments.Where(e => e.ClusterId != null).Select(e => new { e.ClusterId, e.Namespace }).ToListAsync(cancellationToken))
                .GroupBy(e => e.ClusterId!.Value).ToImmutableDictionary(group => group.Key, group => group.Select(e => e.Namespace).ToImmutableHashSet(StringComparer.Ordinal));
        }

        var former = Interlocked.Exchange(ref _targeted, targeted);
        if (!former.Keys.ToHashSet().SetEquals(targeted.Keys)) _changed.Raise();
        await _gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var (id, link) in _links)
            {
                // One that was made since the database was asked serves an environment that is newer than the answer.
                var isYoung = _clock.GetUtcNow() - link.OpenedAt < Grace;
                if (rows.Find(row => row.Id == id) is { } present ? present.Revision == link.Revision && (isYoung || targeted.ContainsKey(id)) : isYoung) continue;
                if (_links.TryRemove(id, out var left)) await left.DisposeAsync();
            }

            foreach (var row in rows.Where(row => targeted.ContainsKey(row.Id)))
            {
                if (!_links.TryGetValue(row.Id, out var link)) await TryOpenAsync(row, cancellationToken);
                // What happened in a namespace before it was known here was passed over, and what is kept of one that is gone is of no use.
                else if (!former.TryGetValue(row.Id, out var known) || !targeted[row.Id].SetEquals(known)) link.Cache.Restart();
            }
        }
        finally
        {
            _gate.Release();
        }

        foreach (var ended in _checks.Where(check => check.Value.IsCompleted).Select(check => check.Key).ToList()) _checks.Remove(ended);
        var due = _clock.GetUtcNow() - CheckEvery;
        foreach (var row in rows.Where(row => row.CheckedAt is not { } at || at <= due))
        {
            // Each by itself: one that does not answer keeps no other waiting.
            if (!_checks.ContainsKey(row.Id)) _checks[row.Id] = CheckAsync(row, cancellationToken);
        }
    }

    /// <summary>Stores what asking a cluster showed; what it could not be asked keeps the former answer.</summary>
    public static Task<int> NoteAsync(PortalDbContext db, Guid id, int revision, ClusterFindings findings, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset? at = now;
        var row = db.Clusters.Where(c => c.Id == id && c.Revision == revision);
        return findings.Problem.Length > 0
            ? row.ExecuteUpdateAsync(set => set.SetProperty(c => c.Problem, findings.Problem).SetProperty(c => c.CheckedAt, at), cancellationToken)
            : row.ExecuteUpdateAsync(
                set => set.SetProperty(c => c.Problem, "").SetProperty(c => c.CheckedAt, at).SetProperty(c => c.HeardAt, at).SetProperty(c => c.Version, findings.Version)
                    .SetProperty(c => c.Missing, findings.Missing).SetProperty(c => c.HasPlacement, findings.HasPlacement).SetProperty(c => c.HasUsage, findings.HasUsage), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _links.Keys)
        {
            if (_links.TryRemove(id, out var link)) await link.DisposeAsync();
        }

        _gate.Dispose();
        Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wake = _signal.Next;
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // The next look is a new one; links that are there stay.
                RefreshFailed(_logger, e);
            }

            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(wake, Task.Delay(_options.PollInterval, _clock, pause.Token));
            await pause.CancelAsync();
        }

        await Task.WhenAll(_checks.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task TryOpenAsync(ClusterRow row, CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(row, cancellationToken);
        }
        catch (ClusterException)
        {
            // The next check stores why, for its page to say.
        }
    }

    private async Task<ClusterLink> OpenAsync(ClusterRow row, CancellationToken cancellationToken)
    {
        var connection = Connect(row);
        var cache = new ClusterCache(connection.Client, _changes, _clock, _cacheLogger, new(ns => Volatile.Read(ref _targeted).TryGetValue(row.Id, out var known) && known.Contains(ns)));
        await cache.StartAsync(cancellationToken);
        return _links[row.Id] = new(row.Id, row.Revision, connection.Client, cache, connection, _clock.GetUtcNow());
    }

    private async Task CheckAsync(ClusterRow row, CancellationToken cancellationToken)
    {
        try
        {
            var findings = await AskAsync(row, cancellationToken);
            await using var db = await _contexts.CreateAsync(TenantContext.Platform, cancellationToken);
            await NoteAsync(db, row.Id, row.Revision, findings, _clock.GetUtcNow(), cancellationToken);
            await db.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            CannotCheck(_logger, row.Id, e.Message);
        }
    }

    private async Task<ClusterFindings> AskAsync(ClusterRow row, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = Connect(row);
            return await ClusterCheck.AskAsync(connection.Client, cancellationToken);
        }
        catch (ClusterException e)
        {
            return new(e.Message, "", [], false, false);
        }
    }

    [LoggerMessage(2501, LogLevel.Error, "A look at the clusters failed; the next one is taken all the same")]
    private static partial void RefreshFailed(ILogger logger, Exception e);

    [LoggerMessage(2502, LogLevel.Warning, "The cluster {Cluster} could not be asked how it stands: {Reason}")]
    private static partial void CannotCheck(ILogger logger, Guid cluster, string reason);
}
