using System.Text;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Storage.Encryption;
using Kube.ApiServer.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Testing;

namespace Integration.Tests.Storage;

/// <summary>A private PostgreSQL with a database of the role <c>kube_store</c>, and stores on it.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoLabels = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("portal-store-").FullName;

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

    public async Task<ObjectStore> OpenAsync(Action<StoreOptions>? change = null)
    {
        var options = Options(change);
        var envelope = new SecretEnvelope(EncryptionKeyring.Open(options.EncryptionKeyPath, NullLogger.Instance));
        var (log, head) = await PostgresLog.OpenAsync(options, envelope, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var store = new ObjectStore(new StoreLimits(options.RingBytes) { WriteTimeout = options.WriteTimeout, GatherTime = options.GatherTime }, TimeProvider.System, NullLogger<ObjectStore>.Instance);
        store.Start(log, head);
        return store;
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
        await Postgres.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static byte[] Json(ObjectKey key, string data, Dictionary<string, string>? labels)
    {
        var pairs = string.Join(',', (labels ?? NoLabels).Select(l => $"\"{l.Key}\":\"{l.Value}\""));
        return Encoding.UTF8.GetBytes($$"""{"metadata":{"name":"{{key.Name}}","uid":"u-{{key.Name}}","labels":{{{pairs}}} },"data":"{{data}}"}""");
    }
}
