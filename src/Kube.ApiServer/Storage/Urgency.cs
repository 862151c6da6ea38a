namespace Kube.ApiServer.Storage;

/// <summary>How soon a write must be durable.</summary>
internal enum Urgency
{
    /// <summary>Commit now; acknowledge when durable.</summary>
    Now,

    /// <summary>
    /// A node's heartbeat or an Event: may wait a moment for company, is acknowledged when durable, and outlives an outage of PostgreSQL in the
    /// queue, so that the first batch after it shows all nodes alive before any controller can conclude otherwise.
    /// </summary>
    Soon,
}
