namespace Kube.ApiServer.Watch;

/// <summary>
/// Which changes of a resource a watch can show at all; no other change wakes it. Without it each of a thousand nodes that follow their own pods would be
/// woken by every pod of the cluster, and every tenant by all others.
/// </summary>
/// <param name="Namespace">Only this namespace; null for all.</param>
/// <param name="Name">Only objects of this name; null for all.</param>
/// <param name="Node">Only pods that are on this node before or after the change, <c>""</c> for those on none; null for all. Never with a name, which says more.</param>
internal readonly record struct WatchScope(string? Namespace, string? Name = null, string? Node = null)
{
    /// <summary>All objects of a namespace; of all namespaces when it is null.</summary>
    public static implicit operator WatchScope(string? ns) => new(ns);

    /// <summary>Whether a watch of this scope is shown a change.</summary>
    public bool Concerns(in RingEntry entry) =>
        (Namespace is null || entry.Event.Key.Namespace == Namespace)
        && (Name is null || entry.Event.Key.Name == Name)
        && (Node is null || entry.NodeBefore == Node || entry.NodeAfter == Node);
}
