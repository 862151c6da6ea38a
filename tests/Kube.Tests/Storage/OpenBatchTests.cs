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
    public async Task A_refusal_on_committed_state_is_answered_at_once()
    {
        var batch = new OpenBatch(Head.Empty);
        var refused = Add(batch, Objects.Update(Objects.Key("missing"), 7));
        Assert.Equal(WriteOutcome.NotFound, (await refused.Completion).Outcome);
        Assert.Empty(batch.Events);
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
