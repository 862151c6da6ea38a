using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Watch;

/// <summary>An event and what tells whom it concerns, read from its documents once and not by every watcher.</summary>
/// <param name="Event">The event.</param>
/// <param name="NodeBefore">The node of the pod before the change, <c>""</c> for none; null when there was no pod.</param>
/// <param name="NodeAfter">The same after the change.</param>
internal readonly record struct RingEntry(StoreEvent Event, string? NodeBefore, string? NodeAfter)
{
    private const string Pods = "pods";

    /// <summary>Reads an event.</summary>
    public static RingEntry Of(StoreEvent e) => e.Key.Resource == Pods ? new RingEntry(e, NodeOf(e.Previous), NodeOf(e.Object)) : new RingEntry(e, null, null);

    /// <summary>Calls back with every scope that the event concerns.</summary>
    public void EachScope<TState>(TState state, Action<TState, WatchScope> found)
    {
        foreach (var ns in (ReadOnlySpan<string?>)[null, Event.Key.Namespace])
        {
            found(state, new WatchScope(ns));
            found(state, new WatchScope(ns, Event.Key.Name));
            if (NodeBefore is not null) found(state, new WatchScope(ns, null, NodeBefore));
            if (NodeAfter is not null && NodeAfter != NodeBefore) found(state, new WatchScope(ns, null, NodeAfter));
        }
    }

    private static string? NodeOf(StoredObject? pod) => pod is null ? null : FieldReader.Text(pod.Json, "spec.nodeName") ?? "";
}
