using Kube.ApiServer.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Integration.Tests.Storage.Histories;

/// <summary>Stores on a <see cref="SharedLog"/>: a leader freezes for longer than its lease, another takes over, and the old one wakes up.</summary>
internal sealed class SharedLogStores : IStoreCluster
{
    private readonly SharedLog _database;
    private readonly List<ObjectStore> _all = [];
    private SharedLog.Writer _writer = null!;

    public SharedLogStores(LogFault fault)
    {
        _database = new SharedLog(fault);
        Open();
    }

    public ObjectStore[] Stores { get; private set; } = [];

    public async Task<string> DisturbAsync(Random random)
    {
        var old = _writer;
        old.Freeze();
        await Task.Delay(old.Lease * 2);
        Open();
        old.Thaw();
        await Task.Delay(50);
        return "the leader froze and another took over";
    }

    public Task<IReadOnlyList<LogRow>> ReadLogAsync() => Task.FromResult(_database.Rows);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _all) await store.DisposeAsync();
    }

    private void Open()
    {
        var (log, head) = _database.Take();
        var store = new ObjectStore(new StoreLimits(16 << 20) { RenewEvery = TimeSpan.FromMilliseconds(20), ReadPatience = TimeSpan.FromMilliseconds(50), GatherTime = TimeSpan.Zero }, TimeProvider.System, NullLogger<ObjectStore>.Instance);
        store.Start(log, head);
        _writer = log;
        _all.Add(store);
        Stores = [.. _all.TakeLast(2)];
    }
}
