using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>Opens connections to the store's database; each checks that PostgreSQL keeps what it acknowledges.</summary>
internal sealed class StoreConnection(StoreOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>The first pause between two attempts.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause between two attempts.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // The planner knows nothing about the arrays of a batch: without these it may scan or hash the whole head for a batch of one, plan anew each time, or compile it.
    private const string Planner = "-c plan_cache_mode=force_generic_plan -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c jit=off";

    private readonly string _text = Text(options.ConnectionString);

    /// <summary>Opens one.</summary>
    /// <exception cref="StoreStartException">PostgreSQL must not be trusted.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_text);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await Durability.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens the first one of a start, waiting for a PostgreSQL that is not up yet.</summary>
    /// <exception cref="StoreStartException">PostgreSQL does not answer in time or must not be trusted.</exception>
    public async Task<NpgsqlConnection> OpenFirstAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (e.IsTransient && time.GetElapsedTime(started) < options.StartTimeout)
            {
                StoreLog.Unreachable(logger, e.Message);
            }
            catch (NpgsqlException e)
            {
                throw new StoreStartException("The store cannot connect to PostgreSQL: " + e.Message, e);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = Longer(pause);
        }
    }

    /// <summary>The next pause.</summary>
    public static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    /// <summary>True for what a lost connection throws, from whichever layer.</summary>
    public static bool IsLost(Exception e) => e is NpgsqlException or InvalidOperationException or IOException or TimeoutException or ObjectDisposedException;

    private static string Text(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "portal-store", Enlist = false };
        builder.Options = string.Join(' ', builder.Options, Planner).Trim();
        return builder.ConnectionString;
    }
}
