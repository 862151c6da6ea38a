using Kube.Scheduler.Filters;
using Kube.Scheduler.Queue;
using Xunit;

namespace Kube.Tests.Scheduler;

public sealed class SchedulingQueueTests
{
    // Found by the simulator, seed 20: the last of a deployment's pods stayed pending for ever beside a free node.
    [Fact]
    public void A_pod_refused_again_after_its_like_was_placed_still_wakes_once_that_one_has_left_the_queue()
    {
        var now = DateTimeOffset.UnixEpoch;
        var queue = new SchedulingQueue();
        queue.Set(Pods.Of("a", owner: "web"));
        queue.Set(Pods.Of("b", owner: "web"));
        var a = queue.Next()!;
        queue.Park(a, Filter.NodePorts, "no port", now);
        var b = queue.Next()!;
        SchedulingQueue.Join(b, queue.Like(b)!);

        // A port is free: the first asks and is placed, then the next asks and is refused.
        queue.Wake(Filter.NodePorts, _ => true);
        Assert.Same(a, queue.Next());
        queue.WakeNext(a.GroupKey);
        Assert.Same(b, queue.Next());
        queue.Park(b, Filter.NodePorts, "no port", now);

        // The informer confirms the first one's binding, with no effect on whom the other waits with.
        queue.Remove(a.Uid);
        if (queue.Next() is { } again)
        {
            Assert.Same(b, again);
            queue.Park(b, Filter.NodePorts, "no port", now);
        }

        queue.Wake(Filter.NodePorts, _ => true);
        Assert.Same(b, queue.Next());
    }
}
