namespace Kube.ApiServer.Storage;

/// <summary>How soon a write must be durable.</summary>
internal enum Urgency
{
    /// <summary>Commit now; acknowledge when durable.</summary>
    Now,

    /// <summary>
    /// A node's heartbeat: may wait a moment for company, is acknowledged when durable, and outlives an outage of PostgreSQL in the queue,
    /// so that the first batch after it shows all nodes alive before any controller can conclude otherwise.
    /// </summary>
    Heartbeat,

    /// <summary>
    /// An Event object: may wait a moment for company and is acknowledged before it is durable. What was acknowledged in the last moment
    /// before a crash may be lost; events are hints for people, and no one compares and swaps on them.
    /// </summary>
    Behind,
}

/// <summary>Which writes are which.</summary>
internal static class Urgencies
{
    /// <summary>
    /// The urgency of a write. Leases outside <c>kube-node-lease</c> elect leaders: two processes would both believe to hold one that was
    /// acknowledged and then lost, hence they are as durable as anything else.
    /// </summary>
    public static Urgency Of(ObjectKey key) => key.Resource switch
    {
        "events" or "events.events.k8s.io" => Urgency.Behind,
        "leases.coordination.k8s.io" when key.Namespace == "kube-node-lease" => Urgency.Heartbeat,
        _ => Urgency.Now,
    };
}
