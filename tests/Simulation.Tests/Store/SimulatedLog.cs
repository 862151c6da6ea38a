using Kube.ApiServer.Storage;

namespace Simulation.Tests.Store;

/// <summary>One server process's term on the database.</summary>
internal sealed class SimulatedLog(DurableLog database, long epoch, TimeProvider clock) : ICommitLog
{
    // As the store on PostgreSQL: it trusts its lead for six tenths of the two seconds after which another takes it.
    public TimeSpan Lease { get; } = TimeSpan.FromSeconds(1.2);

    public Task AppendAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken) => database.AppendAsync(epoch, clock, events, cancellationToken);

    public Task<bool> RenewAsync(long revision, CancellationToken cancellationToken) => database.RenewAsync(epoch, clock, cancellationToken);

    public Task MaintainAsync(long revision, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
