using k8s.Models;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>Lets one node after another lose its pods, zone by zone, as <see cref="ZoneRule"/> says: a few at once, then one an interval. Nothing here reads a clock.</summary>
internal sealed class EvictionBudget
{
    private const int Burst = 5;
    private readonly Dictionary<string, DateTimeOffset> _spentUntil = new(StringComparer.Ordinal);

    /// <summary>The zone of a node; empty when it names none.</summary>
    public static string ZoneOf(V1Node node) =>
        node.Metadata.Labels?.TryGetValue("topology.kubernetes.io/zone", out var zone) == true ? zone : "";

    /// <summary>How fast the zone of a node may lose pods now; null when it may not.</summary>
    public static TimeSpan? Interval(V1Node node, IReadOnlyCollection<V1Node> nodes)
    {
        var zones = nodes.GroupBy(ZoneOf).ToDictionary(g => g.Key, g => (Unhealthy: g.Count(n => NodeTaints.ReadyOf(n) != "True"), All: g.Count()));
        var everywhere = zones.Values.All(z => ZoneRule.StateOf(z.Unhealthy, z.All) == ZoneState.FullDisruption);
        return zones.TryGetValue(ZoneOf(node), out var zone) ? ZoneRule.Interval(ZoneRule.StateOf(zone.Unhealthy, zone.All), zone.All, everywhere) : null;
    }

    /// <summary>Takes one node's turn.</summary>
    /// <param name="zone">Its zone.</param>
    /// <param name="interval">The zone's interval.</param>
    /// <param name="now">The time.</param>
    /// <returns>How long to wait for it; zero when it is its turn.</returns>
    public TimeSpan Take(string zone, TimeSpan interval, DateTimeOffset now)
    {
        lock (_spentUntil)
        {
            var spent = _spentUntil.GetValueOrDefault(zone, now);
            if (spent < now)
                spent = now;
            var wait = spent - now - (interval * (Burst - 1));
            if (wait > TimeSpan.Zero)
                return wait;
            _spentUntil[zone] = spent + interval;
            return TimeSpan.Zero;
        }
    }
}
