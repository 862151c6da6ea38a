using Kube.ApiServer.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Testing;
using Xunit;

namespace Kube.Tests.Storage;

public sealed class GroupCommitTests : IAsyncDisposable
{
    private readonly GatedLog _log = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task What_arrives_during_a_commit_forms_the_next_batch_and_nothing_shows_before_its_commit()
    {
        await using var store = Open();
        var first = store.WriteAsync(Objects.Create(Objects.Key("x0")), CancellationToken.None).AsTask();
        Assert.Single(await _log.ArrivedAsync());
        var others = Enumerable.Range(1, 50).Select(i => store.WriteAsync(Objects.Create(Objects.Key($"x{i}")), CancellationToken.None).AsTask()).ToList();
        Assert.False(first.IsCompleted);
        Assert.Equal(0, store.Revision);
        Assert.Null(store.Get(Objects.Key("x0")));

        _log.Release();
        Assert.Equal(1, (await first).Object!.Revision);
        Assert.Equal(1, store.Revision);
        Assert.Equal(50, (await _log.ArrivedAsync()).Count);
        Assert.All(others, o => Assert.False(o.IsCompleted));
        _log.Release();
        Assert.Equal(Enumerable.Range(2, 50), (await Task.WhenAll(others)).Select(r => (int)r.Object!.Revision).Order());
    }

    [Fact]
    public async Task A_refused_batch_changes_nothing_and_its_revisions_are_used_again()
    {
        await using var store = Open();
        var refused = store.WriteAsync(Objects.Create(Objects.Key("x")), CancellationToken.None).AsTask();
        _log.Release(new LogRefusedException("disk full", new IOException()));
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => refused);
        Assert.False(failure.OutcomeUnknown);
        Assert.Null(store.Get(Objects.Key("x")));
        _log.Release();
        Assert.Equal(1, (await store.WriteAsync(Objects.Create(Objects.Key("x")), CancellationToken.None)).Object!.Revision);
    }

    [Fact]
    public async Task A_fenced_store_takes_no_more_writes_and_says_so()
    {
        await using var store = Open();
        var write = store.WriteAsync(Objects.Create(Objects.Key("x")), CancellationToken.None).AsTask();
        _log.Release(new LogFencedException());
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => write)).OutcomeUnknown);
        await store.Fenced.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync(Objects.Create(Objects.Key("y")), CancellationToken.None));
    }

    [Fact]
    public async Task A_refusal_goes_out_only_once_the_lead_is_sure()
    {
        await using var log = new GatedLog { Lease = TimeSpan.FromSeconds(1), Renewal = () => false };
        var renewals = 0;
        log.Renewal = () => Interlocked.Increment(ref renewals) > 3;
        await using var store = Open(log);
        var refused = store.WriteAsync(Objects.Update(Objects.Key("missing"), 7), CancellationToken.None).AsTask();
        await AdvanceUntil(() => refused.IsCompleted);
        Assert.Equal(WriteOutcome.NotFound, (await refused).Outcome);
        Assert.True(Volatile.Read(ref renewals) > 3);
    }

    [Fact]
    public async Task A_leader_that_has_lost_the_lead_refuses_nothing_from_what_it_remembers()
    {
        await using var log = new GatedLog { Lease = TimeSpan.FromSeconds(1), Renewal = () => false };
        await using var store = Open(log);
        log.Renewal = () => throw new LogFencedException();
        var asked = store.WriteAsync(Objects.Update(Objects.Key("missing"), 7), CancellationToken.None).AsTask();
        await AdvanceUntil(() => asked.IsCompleted);
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => asked)).OutcomeUnknown);
        await store.Fenced.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task In_an_outage_callers_learn_of_the_unknown_outcome_new_writes_are_refused_and_heartbeats_wait()
    {
        await using var store = Open();
        var stuck = store.WriteAsync(Objects.Create(Objects.Key("x")), CancellationToken.None).AsTask();
        await _log.ArrivedAsync();
        await AdvanceUntil(() => stuck.IsCompleted);
        Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => stuck)).OutcomeUnknown);

        var heartbeat = store.WriteAsync(Objects.Create(Objects.Key("n", "kube-node-lease", "leases.coordination.k8s.io")), CancellationToken.None).AsTask();
        var late = store.WriteAsync(Objects.Create(Objects.Key("y")), CancellationToken.None).AsTask();
        await AdvanceUntil(() => late.IsCompleted);
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => late)).OutcomeUnknown);
        Assert.False(heartbeat.IsCompleted);

        _log.Release();
        _log.Release();
        await AdvanceUntil(() => heartbeat.IsCompleted);
        Assert.Equal(2, (await heartbeat).Object!.Revision);
        Assert.NotNull(store.Get(Objects.Key("x")));
    }

    [Fact]
    public async Task Heartbeats_wait_for_company_but_not_longer_than_the_gather_time()
    {
        await using var store = Open();
        var heartbeat = store.WriteAsync(Objects.Create(Objects.Key("n", "kube-node-lease", "leases.coordination.k8s.io")), CancellationToken.None).AsTask();
        var urgent = store.WriteAsync(Objects.Create(Objects.Key("x")), CancellationToken.None).AsTask();
        Assert.Equal(2, (await _log.ArrivedAsync()).Count);
        _log.Release();
        await Task.WhenAll(heartbeat, urgent);

        var alone = store.WriteAsync(Objects.Update(Objects.Key("n", "kube-node-lease", "leases.coordination.k8s.io"), 1), CancellationToken.None).AsTask();
        _log.Release();
        await AdvanceUntil(() => alone.IsCompleted);
        Assert.Equal(3, (await alone).Object!.Revision);
    }

    [Fact]
    public async Task Closing_commits_what_was_taken()
    {
        var store = Open();
        var write = store.WriteAsync(Objects.Create(Objects.Key("x")), CancellationToken.None).AsTask();
        await _log.ArrivedAsync();
        var closing = store.DisposeAsync().AsTask();
        _log.Release();
        Assert.Equal(WriteOutcome.Committed, (await write).Outcome);
        await closing;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync(Objects.Create(Objects.Key("y")), CancellationToken.None));
    }

    [Fact]
    public async Task A_name_PostgreSQL_cannot_take_is_refused_before_it_spoils_a_batch()
    {
        await using var store = Open();
        // A NUL, half of a surrogate pair, and longer than an index entry.
        foreach (var name in (string[])["nul\0", "half" + (char)0xd83d, new string('n', 2000)])
        {
            var write = Objects.Create(Objects.Key("x")) with { Key = Objects.Key(name) };
            await Assert.ThrowsAnyAsync<ArgumentException>(() => store.WriteAsync(write, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        }
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private ObjectStore Open() => Open(_log);

    private ObjectStore Open(GatedLog log)
    {
        var store = new ObjectStore(new StoreLimits(1 << 20), _time, NullLogger<ObjectStore>.Instance);
        store.Start(log, Head.Empty);
        return store;
    }

    /// <summary>Lets fake time pass in small steps until the writer, which arms its waits on a thread of its own, has come that far.</summary>
    private Task<bool> AdvanceUntil(Func<bool> reached) => Eventually.Async(
        "the writer to come that far",
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(reached());
        },
        done => done);
}
