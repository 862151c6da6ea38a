using Kube.ApiServer.Storage;
using Npgsql;
using Testing;

namespace Integration.Tests.Storage.Histories;

/// <summary>Three real replicas on a real PostgreSQL; PostgreSQL is killed, frozen and cut off, and leaders leave.</summary>
internal sealed class PostgresStores : IStoreCluster
{
    private readonly StoreFixture _fixture;
    private readonly List<(ObjectStore Store, Replica Replica)> _replicas = [];

    private readonly bool _onlyKills;

    private PostgresStores(StoreFixture fixture, bool onlyKills) => (_fixture, _onlyKills) = (fixture, onlyKills);

    public ObjectStore[] Stores { get; private set; } = [];

    /// <param name="onlyKills">The only thing that goes wrong is that PostgreSQL is killed.</param>
    public static async Task<PostgresStores> CreateAsync(bool onlyKills = false)
    {
        var cluster = new PostgresStores(await StoreFixture.CreateAsync(), onlyKills);
        for (var i = 0; i < 3; i++) await cluster.AddAsync();
        return cluster;
    }

    public async Task<string> DisturbAsync(Random random)
    {
        string fault;
        switch (_onlyKills ? 0 : random.Next(4))
        {
            case 0:
                fault = "PostgreSQL killed";
                await _fixture.Postgres.KillAsync();
                await _fixture.Postgres.StartAsync();
                break;
            case 1:
                var pause = random.Next(200, 3000);
                fault = $"PostgreSQL frozen for {pause} ms";
                await _fixture.Postgres.FreezeAsync();
                await Task.Delay(pause);
                await _fixture.Postgres.ThawAsync();
                break;
            case 2:
                fault = "sessions cut";
                await _fixture.QueryAsync<bool>("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'portal-store'");
                break;
            default:
                fault = "the leader leaves";
                var leader = _replicas.FindIndex(r => r.Store.Leads);
                if (leader < 0) break;
                var (_, replica) = _replicas[leader];
                _replicas.RemoveAt(leader);
                Stores = [.. _replicas.Select(r => r.Store)];
                await replica.DisposeAsync();
                await AddAsync();
                break;
        }

        await Eventually.Async("a leader after: " + fault, () => Task.FromResult(Stores.Any(s => s.Leads)), leads => leads, TimeSpan.FromSeconds(30));
        return fault;
    }

    public async Task<IReadOnlyList<LogRow>> ReadLogAsync()
    {
        await using var connection = new NpgsqlConnection(_fixture.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT revision, name, kind = 2 FROM kube.log ORDER BY revision", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<LogRow>();
        while (await reader.ReadAsync()) rows.Add(new LogRow(reader.GetInt64(0), reader.GetString(1), reader.GetBoolean(2)));
        return rows;
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    private async Task AddAsync()
    {
        _replicas.Add(await _fixture.OpenReplicaAsync(o => o.WriteTimeout = TimeSpan.FromSeconds(10)));
        Stores = [.. _replicas.Select(r => r.Store)];
    }
}
