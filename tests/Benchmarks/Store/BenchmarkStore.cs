using System.Globalization;
using System.Text;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Storage.Encryption;
using Microsoft.Extensions.Logging.Abstractions;
using Testing;

namespace Benchmarks.Store;

/// <summary>A store on a private PostgreSQL with fsync on.</summary>
internal sealed class BenchmarkStore : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoLabels = [];
    private readonly string _keys = Directory.CreateTempSubdirectory("portal-bench-").FullName;
    private readonly PostgresServer _postgres;
    private Replica? _replica;

    private BenchmarkStore(PostgresServer postgres) => _postgres = postgres;

    /// <summary>The store.</summary>
    public ObjectStore Store { get; private set; } = null!;

    /// <summary>Makes an empty one.</summary>
    public static async Task<BenchmarkStore> CreateAsync()
    {
        var postgres = await PostgresServer.StartNewAsync(new Dictionary<string, string> { ["max_wal_size"] = "4GB", ["shared_buffers"] = "256MB" });
        await postgres.CreateDatabaseAsync("kube");
        var result = new BenchmarkStore(postgres);
        await result.OpenAsync();
        return result;
    }

    /// <summary>Closes the store and opens it again.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>A create of a ConfigMap of about 1 KB with data that does not compress.</summary>
    public static Write Create(string ns, string name, Random random)
    {
        var noise = new byte[560];
        random.NextBytes(noise);
        var json = $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}","namespace":"{{ns}}","uid":"{{Guid.NewGuid()}}","creationTimestamp":"2026-01-01T00:00:00Z"},"data":{"noise":"{{Convert.ToBase64String(noise)}}"} }""";
        return new Write(WriteKind.Create, new ObjectKey("configmaps", ns, name), 0, Encoding.UTF8.GetBytes(json), NoLabels);
    }

    /// <summary>Name of the n-th object.</summary>
    public static string Name(int client, int n) => string.Create(CultureInfo.InvariantCulture, $"c{client:000}-{n:000000}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }

    private async Task CloseAsync()
    {
        await _replica!.DisposeAsync();
        await Store.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        var options = new StoreOptions { ConnectionString = _postgres.ConnectionString("kube"), EncryptionKeyPath = Path.Combine(_keys, "keys") };
        var envelope = new SecretEnvelope(EncryptionKeyring.Open(options.EncryptionKeyPath, NullLogger.Instance));
        Store = new ObjectStore(new StoreLimits(options.RingBytes), TimeProvider.System, NullLogger<ObjectStore>.Instance);
        _replica = await Replica.StartAsync(Store, options, envelope, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
    }
}
