using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Preemption;

/// <summary>
/// Pods that others make room for. Their place counts as taken for every pod of the same or a lower priority; for themselves, and for pods above them, it is free.
/// </summary>
internal sealed class Nominations(ClusterSnapshot snapshot)
{
    private readonly Dictionary<string, PlacedPod> _places = new(StringComparer.Ordinal);

    /// <summary>The node a pod is to get, or null.</summary>
    public string? NodeOf(string uid) => _places.GetValueOrDefault(uid)?.Node;

    /// <summary>The pods of a lower priority that are to get a node.</summary>
    public IReadOnlyList<string> Below(string node, int priority) => [.. _places.Where(p => p.Value.Node == node && p.Value.Shape.Priority < priority).Select(p => p.Key)];

    /// <summary>Reserves a place.</summary>
    public void Set(string uid, string node, PodShape shape)
    {
        var place = new PlacedPod(Name(uid), node, shape, null);
        _places[uid] = place;
        snapshot.PlacePod(place.Uid, node, shape);
    }

    /// <summary>Gives a reserved place up.</summary>
    /// <returns>The place, or null when there was none.</returns>
    public PlacedPod? Remove(string uid) => _places.Remove(uid) ? snapshot.RemovePod(Name(uid)) : null;

    /// <summary>Asks with all places lifted that do not count for a pod; they are back afterwards.</summary>
    public T Lifted<T>(string uid, int priority, Func<T> ask)
    {
        if (_places.Count == 0)
        {
            return ask();
        }

        var lifted = _places.Where(p => p.Key == uid || p.Value.Shape.Priority < priority).Select(p => p.Value).ToArray();
        if (lifted.Length == 0)
        {
            return ask();
        }

        snapshot.IsTrying = true;
        try
        {
            Array.ForEach(lifted, p => snapshot.RemovePod(p.Uid));
            return ask();
        }
        finally
        {
            Array.ForEach(lifted, p => snapshot.PlacePod(p.Uid, p.Node, p.Shape));
            snapshot.IsTrying = false;
        }
    }

    private static string Name(string uid) => $"nominated/{uid}";
}
