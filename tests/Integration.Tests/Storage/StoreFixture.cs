using System.Collections.Concurrent;
using System.Text;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Storage.Encryption;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Testing;
using Xunit;

namespace Integration.Tests.Storage;

/// <summary>A private PostgreSQL with a database of the role <c>kube_store</c>, and stores on it.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoLabels = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("portal-store-").FullName;

    private readonly ConcurrentBag<Replica> _replicas = [];

    private StoreFixture(PostgresServer postgres) => Postgres = postgres;

    public PostgresServer Postgres { get; }

    public string ConnectionString => Postgres.ConnectionString("kube", "kube_store");

    public static async Task<StoreFixture> CreateAsync(Dictionary<string, string>? settings = null)
    {
        var fixture = new StoreFixture(await PostgresServer.StartNewAsync(settings));
        await fixture.Postgres.CreateDatabaseAsync("kube", "kube_store");
        return fixture;
    }

    public StoreOptions Options(Action<StoreOptions>? change = null)
    {
        var options = new StoreOptions { ConnectionString = ConnectionString, EncryptionKeyPath = Path.Combine(_directory, "keys"), StartTimeout = TimeSpan.FromSeconds(10) };
        change?.Invoke(options);
        return options;
    }

    /// <summary>A store that leads; disposing it gives the lead back.</summary>
    public async Task<ObjectStore> OpenAsync(Action<StoreOptions>? change = null, Func<StoreLimits, StoreLimits>? limit = null)
    {
        var (store, _) = await OpenReplicaAsync(change, limit);
        Assert.True(store.Leads, "another store leads");
        return store;
    }

    /// <summary>A server process among others: its store leads or follows.</summary>
    public async Task<(ObjectStore Store, Replica Replica)> OpenReplicaAsync(Action<StoreOptions>? change = null, Func<StoreLimits, StoreLimits>? limit = null)
    {
        var options = Options(change);
        var envelope = new SecretEnvelope(EncryptionKeyring.Open(options.EncryptionKeyPath, NullLogger.Instance));
        var limits = new StoreLimits(options.RingBytes) { WriteTimeout = options.WriteTimeout, GatherTime = options.GatherTime };
        var store = new ObjectStore(limit?.Invoke(limits) ?? limits, TimeProvider.System, NullLogger<ObjectStore>.Instance);
        var replica = await Replica.StartAsync(store, options, envelope, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        _replicas.Add(replica);
        return (store, replica);
    }

    /// <summary>Reads the first column of every row.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Postgres.ConnectionString("kube") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync()) values.Add(reader.GetFieldValue<T>(0));
        return values;
    }

    public static Write Create(ObjectKey key, string data = "", Dictionary<string, string>? labels = null) => new(WriteKind.Create, key, 0, Json(key, data, labels), labels ?? NoLabels);

    public static Write Update(ObjectKey key, long expected, string data = "") => new(WriteKind.Update, key, expected, Json(key, data, null), NoLabels);

    public static Write Delete(ObjectKey key, long expected) => new(WriteKind.Delete, key, expected, Json(key, "", null), NoLabels);

    public static ObjectKey Key(string name, string ns = "default", string resource = "configmaps") => new(resource, ns, name);

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await Postgres.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static byte[] Json(ObjectKey key, string data, Dictionary<string, string>? labels)
    {
        var pairs = string.Join(',', (labels ?? NoLabels).Select(l => $"\"{l.Key}\":\"{l.Value}\""));
        return Encoding.UTF8.GetBytes($$"""{"metadata":{"name":"{{key.Name}}","uid":"u-{{key.Name}}","labels":{{{pairs}}} },"data":"{{data}}"}""");
    }
}
