using System.Collections.Concurrent;
using System.Threading.Channels;
using Kube.ApiServer.Storage;

namespace Kube.Tests.Storage;

/// <summary>A log whose every commit waits until the test lets it end, well or badly.</summary>
internal sealed class GatedLog : ICommitLog
{
    private readonly Channel<Exception?> _outcomes = Channel.CreateUnbounded<Exception?>();
    private readonly Channel<IReadOnlyList<StoreEvent>> _arrived = Channel.CreateUnbounded<IReadOnlyList<StoreEvent>>();

    /// <summary>The batches that were let through.</summary>
    public ConcurrentQueue<IReadOnlyList<StoreEvent>> Committed { get; } = new();

    public TimeSpan Lease { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>What a renewal of the lease answers; throws what it is to fail with.</summary>
    public Func<bool> Renewal { get; set; } = () => true;

    public Task<bool> RenewAsync(long revision, CancellationToken cancellationToken) => Task.FromResult(Renewal());

    public async Task AppendAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
    {
        _arrived.Writer.TryWrite(events);
        var outcome = await _outcomes.Reader.ReadAsync(cancellationToken);
        if (outcome is not null) throw outcome;
        Committed.Enqueue(events);
    }

    public Task MaintainAsync(long revision, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The next batch that reached the log, committed or not.</summary>
    public async Task<IReadOnlyList<StoreEvent>> ArrivedAsync() => await _arrived.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>Lets one batch end.</summary>
    public void Release(Exception? failure = null) => _outcomes.Writer.TryWrite(failure);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
