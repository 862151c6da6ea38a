using Kube.ApiServer.Storage;
using Xunit;

namespace Kube.Tests.Storage;

public sealed class OpenBatchTests
{
    [Fact]
    public async Task A_write_sees_what_the_same_batch_decided_before_it()
    {
        var batch = new OpenBatch(Head.Empty);
        var key = Objects.Key("x");
        var create = Add(batch, Objects.Create(key, "1"));
        var again = Add(batch, Objects.Create(key, "2"));
        var update = Add(batch, Objects.Update(key, 1, "3"));
        var stale = Add(batch, Objects.Update(key, 1, "4"));
        var delete = Add(batch, Objects.Delete(key, 2));
        var gone = Add(batch, Objects.Update(key, 2, "5"));
        var reborn = Add(batch, Objects.Create(key, "6"));

        Assert.Equal([1, 2, 3, 4], batch.Events.Select(e => e.Revision));
        Assert.All([create, again, update, stale, delete, gone, reborn], r => Assert.False(r.Completion.IsCompleted));
        batch.Complete();
        Assert.Equal(WriteOutcome.Committed, (await create.Completion).Outcome);
        Assert.Equal(WriteOutcome.AlreadyExists, (await again.Completion).Outcome);
        Assert.Equal(WriteOutcome.Committed, (await update.Completion).Outcome);
        Assert.Equal((WriteOutcome.Conflict, 2), ((await stale.Completion).Outcome, (await stale.Completion).Object!.Revision));
        Assert.Equal(WriteOutcome.Committed, (await delete.Completion).Outcome);
        Assert.Equal(WriteOutcome.NotFound, (await gone.Completion).Outcome);
        Assert.Equal(4, (await reborn.Completion).Object!.CreateRevision);
        Assert.Null(batch.Events[3].Previous);
        Assert.Equal(3, batch.Events[2].Deleted!.Revision);
        Assert.Equal(1, batch.Events[2].Deleted!.CreateRevision);
    }

    [Fact]
    public async Task A_refusal_waits_until_somebody_vouches_for_the_state_it_was_decided_on()
    {
        var batch = new OpenBatch(Head.Empty);
        var refused = Add(batch, Objects.Update(Objects.Key("missing"), 7));
        Assert.Empty(batch.Events);
        Assert.False(refused.Completion.IsCompleted);
        batch.Complete();
        Assert.Equal(WriteOutcome.NotFound, (await refused.Completion).Outcome);
    }

    [Fact]
    public async Task A_leaders_write_counts_only_while_its_term_runs_in_the_order_of_commits()
    {
        var batch = new OpenBatch(Head.Empty);
        var lease = Objects.Key("kube-scheduler", "kube-system", "leases.coordination.k8s.io");
        var first = new WriteFence(lease, "u1", 3);
        var early = Add(batch, Objects.Create(Objects.Key("early")) with { Fence = first });
        Add(batch, Objects.Create(lease) with { Json = Objects.Lease(lease, "u1", "one", 3) });
        var timely = Add(batch, Objects.Create(Objects.Key("timely")) with { Fence = first });
        var foreign = Add(batch, Objects.Create(Objects.Key("foreign")) with { Fence = first with { Uid = "u0" } });
        Add(batch, Objects.Update(lease, 1) with { Json = Objects.Lease(lease, "u1", "two", 4) });
        var late = Add(batch, Objects.Create(Objects.Key("late")) with { Fence = first });
        var next = Add(batch, Objects.Create(Objects.Key("next")) with { Fence = first with { Transitions = 4 } });
        Add(batch, Objects.Update(lease, 3) with { Json = Objects.Lease(lease, "u1", "", 4) });
        var released = Add(batch, Objects.Create(Objects.Key("released")) with { Fence = first with { Transitions = 4 } });

        batch.Complete();
        WriteRequest[] all = [early, timely, foreign, late, next, released];
        var outcomes = await Task.WhenAll(all.Select(async r => (await r.Completion).Outcome));
        Assert.Equal([WriteOutcome.Fenced, WriteOutcome.Committed, WriteOutcome.Fenced, WriteOutcome.Fenced, WriteOutcome.Committed, WriteOutcome.Fenced], outcomes);
    }

    [Fact]
    public void An_event_and_a_heartbeat_wait_for_company_and_are_acknowledged_by_the_commit()
    {
        var batch = new OpenBatch(Head.Empty);
        var happened = Add(batch, Objects.Create(Objects.Key("e", resource: "events")));
        var heartbeat = Add(batch, Objects.Create(Objects.Key("n", "kube-node-lease", "leases.coordination.k8s.io")));
        Assert.False(batch.IsUrgent);
        Add(batch, Objects.Create(Objects.Key("leader", "kube-system", "leases.coordination.k8s.io")));
        Assert.True(batch.IsUrgent);
        Assert.False(happened.Completion.IsCompleted);
        Assert.False(heartbeat.Completion.IsCompleted);
        batch.Complete();
        Assert.True(happened.Completion.IsCompletedSuccessfully);
        Assert.True(heartbeat.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_write_nobody_waits_for_is_dropped()
    {
        var batch = new OpenBatch(Head.Empty);
        batch.Add(new WriteRequest(Objects.Create(Objects.Key("x")), 0, Urgency.Now, new CancellationToken(canceled: true)));
        Assert.Empty(batch.Events);
    }

    private static WriteRequest Add(OpenBatch batch, Write write)
    {
        var request = new WriteRequest(write, ObjectDocument.FindMetadata(write.Json.Span), Urgencies.Of(write.Key), CancellationToken.None);
        batch.Add(request);
        return request;
    }
}
