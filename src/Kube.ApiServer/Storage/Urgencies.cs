namespace Kube.ApiServer.Storage;

/// <summary>Which writes are which.</summary>
internal static class Urgencies
{
    /// <summary>
    /// The urgency of a write. Leases outside <c>kube-node-lease</c> elect leaders: two processes would both believe to hold one that was
    /// acknowledged and then lost, hence they are as durable as anything else.
    /// </summary>
    public static Urgency Of(ObjectKey key) => key.Resource switch
    {
        "events" => Urgency.Soon,
        "leases.coordination.k8s.io" when key.Namespace == "kube-node-lease" => Urgency.Soon,
        _ => Urgency.Now,
    };
}
