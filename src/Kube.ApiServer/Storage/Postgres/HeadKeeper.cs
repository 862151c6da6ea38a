using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>
/// Lets <c>kube.head</c> follow the log while this process leads, over a connection of its own: a write waits for none of it. How far the head
/// lags decides what a start must read from the log.
/// </summary>
internal sealed class HeadKeeper : IAsyncDisposable
{
    private const long Stride = 2000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly StoreConnection _connections;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private NpgsqlConnection? _connection;

    /// <summary>Begins.</summary>
    public HeadKeeper(StoreConnection connections, TimeProvider time, ILogger logger)
    {
        (_connections, _time, _logger) = (connections, time, logger);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Stops, and brings the head up to date if PostgreSQL answers, so that the next start reads no log.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        using var patience = new CancellationTokenSource(Every, _time);
        await AdvanceAsync(patience.Token).ConfigureAwait(false);
        if (_connection is { } connection) await connection.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await AdvanceAsync(_stopping.Token).ConfigureAwait(false);
            await Task.Delay(Every, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes in all there is; what fails is tried again the next time.</summary>
    private async Task AdvanceAsync(CancellationToken cancellationToken)
    {
        try
        {
            _connection ??= await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var advance = new NpgsqlCommand("SELECT kube.advance_head($1)", _connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = Stride } } };
            while ((long)(await advance.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! > 0)
            {
            }
        }
        catch (Exception e) when (StoreConnection.IsLost(e) || e is StoreStartException or OperationCanceledException)
        {
            if (e is not OperationCanceledException) StoreLog.MaintenanceFailed(_logger, e.Message);
            if (_connection is { } connection) await connection.DisposeAsync().ConfigureAwait(false);
            _connection = null;
        }
    }
}
