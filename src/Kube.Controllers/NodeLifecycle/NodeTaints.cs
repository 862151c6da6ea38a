using k8s.Models;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>The taints a node carries for its conditions (https://kubernetes.io/docs/reference/labels-annotations-taints/). Pure.</summary>
internal static class NodeTaints
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";
    /// <summary>Keeps new pods off a node that was lost again and again, longer each time.</summary>
    public const string Flapping = "node.portal/flapping";

    private const string NoSchedule = "NoSchedule";
    private const string NoExecute = "NoExecute";

    private static readonly Dictionary<string, string> Pressures = new(StringComparer.Ordinal)
    {
        ["MemoryPressure"] = "node.kubernetes.io/memory-pressure",
        ["DiskPressure"] = "node.kubernetes.io/disk-pressure",
        ["PIDPressure"] = "node.kubernetes.io/pid-pressure",
        ["NetworkUnavailable"] = "node.kubernetes.io/network-unavailable",
    };

    /// <summary>Condition status of Ready; <c>Unknown</c> when the node has none.</summary>
    public static string ReadyOf(V1Node node) => node.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Status ?? "Unknown";

    /// <summary>The taints a node should have: those of others untouched, ours after the conditions.</summary>
    /// <param name="node">The node.</param>
    /// <param name="ready">Its Ready condition: True, False or Unknown.</param>
    /// <param name="unschedulable">It is cordoned.</param>
    /// <param name="now">Time a new NoExecute taint is stamped with.</param>
    /// <param name="held">It is held back because it was lost again and again.</param>
    public static IReadOnlyList<V1Taint> Wanted(V1Node node, string ready, bool unschedulable, DateTimeOffset now, bool held = false)
    {
        var old = node.Spec?.Taints ?? [];
        var wanted = new List<(string Key, string Effect)>();
        if (ready != "True")
        {
            var key = ready == "Unknown" ? Unreachable : NotReady;
            wanted.Add((key, NoSchedule));
            wanted.Add((key, NoExecute));
        }

        if (unschedulable)
        {
            wanted.Add(("node.kubernetes.io/unschedulable", NoSchedule));
        }

        if (held)
        {
            wanted.Add((Flapping, NoSchedule));
        }

        foreach (var condition in node.Status?.Conditions ?? [])
        {
            if (condition.Status == "True" && Pressures.TryGetValue(condition.Type, out var key))
            {
                wanted.Add((key, NoSchedule));
            }
        }

        return
        [
            .. old.Where(t => !IsOurs(t)),
            .. wanted.Select(w => old.FirstOrDefault(t => t.Key == w.Key && t.Effect == w.Effect)
                ?? new V1Taint { Key = w.Key, Effect = w.Effect, TimeAdded = w.Effect == NoExecute ? now.UtcDateTime : null }),
        ];
    }

    /// <summary>Whether two lists hold the same taints.</summary>
    public static bool Same(IEnumerable<V1Taint> a, IEnumerable<V1Taint> b) =>
        a.Select(t => (t.Key, t.Value ?? "", t.Effect)).ToHashSet().SetEquals(b.Select(t => (t.Key, t.Value ?? "", t.Effect)));

    /// <summary>Whether a taint is one that this controller sets and takes away.</summary>
    public static bool IsOurs(V1Taint taint) =>
        taint.Key is NotReady or Unreachable or Flapping or "node.kubernetes.io/unschedulable" || Pressures.ContainsValue(taint.Key);
}
