using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>
/// Asks PostgreSQL for the newest committed revision, which is at least that of every acknowledged write, whoever leads. Callers that come
/// while a question is under way share the next one: one small read of one row, however many clients read through a follower.
/// </summary>
internal sealed class CommittedRevision(StoreOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly StoreConnection _connections = new(options, time, logger);
    private readonly Lock _lock = new();
    private NpgsqlConnection? _connection;
    private Task<long>? _running;
    private Task<long>? _next;

    /// <summary>The revision, read after the call began.</summary>
    /// <exception cref="StoreUnavailableException">PostgreSQL does not answer.</exception>
    public Task<long> ReadAsync(CancellationToken cancellationToken)
    {
        Task<long> question;
        lock (_lock)
        {
            // The one that runs may have read the row before this call: only the one behind it will do.
            if (_next is { } next) question = next;
            else if (_running is null or { IsCompleted: true }) question = _running = AskAsync();
            else question = _next = AskNextAsync(_running);
        }

        return question.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<long> AskNextAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_lock) (_running, _next) = (_next, null);
        return await AskAsync().ConfigureAwait(false);
    }

    private async Task<long> AskAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var patience = new CancellationTokenSource(options.LeaseDuration, time);
        try
        {
            _connection ??= await _connections.OpenAsync(patience.Token).ConfigureAwait(false);
            await using var select = new NpgsqlCommand("SELECT revision FROM kube.leader", _connection);
            return (long)(await select.ExecuteScalarAsync(patience.Token).ConfigureAwait(false))!;
        }
        catch (Exception e) when (StoreConnection.IsLost(e) || e is StoreStartException or OperationCanceledException or NullReferenceException)
        {
            await DisposeAsync().ConfigureAwait(false);
            _connection = null;
            throw new StoreUnavailableException("PostgreSQL does not answer.", false, e);
        }
    }
}
