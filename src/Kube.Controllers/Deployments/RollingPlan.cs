namespace Kube.Controllers.Deployments;

/// <summary>One step of a rolling update or of scaling: which replica sets get which size. Pure.</summary>
internal static class RollingPlan
{
    /// <summary>
    /// The next sizes of a rolling update. The new set grows into the room below the most pods; old ones shrink as far as enough pods stay
    /// available, broken pods first.
    /// </summary>
    /// <param name="bounds">The deployment's numbers.</param>
    /// <param name="current">The set of the current template.</param>
    /// <param name="old">All others, oldest first.</param>
    /// <returns>Size by name, changed ones only; at most one direction a step, so that a step never depends on another's outcome.</returns>
    public static IReadOnlyDictionary<string, int> Roll(RollingBounds bounds, ReplicaSetState current, IReadOnlyList<ReplicaSetState> old)
    {
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        if (current.Replicas > bounds.Desired)
        {
            sizes[current.Name] = bounds.Desired;
            return sizes;
        }

        // Pods that terminate slowly are not counted, as in Kubernetes; pods not yet deleted are.
        var total = current.Replicas + old.Sum(s => s.Replicas);
        var grown = Math.Min(bounds.Desired, current.Replicas + Math.Max(bounds.MaxTotal - total, 0));
        if (grown > current.Replicas)
        {
            sizes[current.Name] = grown;
            return sizes;
        }

        if (old.All(s => s.Replicas == 0))
        {
            return sizes;
        }

        // Of the current set only available pods count, and pods it lacks must not be taken from the old ones.
        var available = current.SurelyAvailable + old.Sum(s => s.SurelyAvailable);
        var unavailableNew = current.Replicas - current.SurelyAvailable;
        var room = total - bounds.MinAvailable - unavailableNew;
        var left = old.ToDictionary(s => s.Name, s => s.Replicas, StringComparer.Ordinal);

        foreach (var set in old)
        {
            var broken = Math.Min(set.Replicas - set.SurelyAvailable, room);
            if (broken > 0)
            {
                left[set.Name] -= broken;
                room -= broken;
            }
        }

        var spare = Math.Min(available - bounds.MinAvailable, room);
        foreach (var set in old)
        {
            var down = Math.Min(left[set.Name], spare);
            if (down > 0)
            {
                left[set.Name] -= down;
                spare -= down;
            }
        }

        foreach (var set in old.Where(s => left[s.Name] != s.Replicas))
        {
            sizes[set.Name] = left[set.Name];
        }

        return sizes;
    }

    /// <summary>Whether the deployment's size changed since its sets were last scaled.</summary>
    public static bool IsResized(RollingBounds bounds, IEnumerable<ReplicaSetState> all) =>
        all.Any(s => s.Replicas > 0 && s.DesiredNote is { } noted && noted != bounds.Desired);

    /// <summary>
    /// The sizes after the deployment itself was resized, or while it is paused: a single active set takes the whole size, several share the
    /// difference in proportion to what they have.
    /// </summary>
    /// <param name="bounds">The deployment's numbers.</param>
    /// <param name="current">The set of the current template; null before it exists.</param>
    /// <param name="old">All others, oldest first.</param>
    /// <param name="rolling">The strategy is RollingUpdate.</param>
    public static IReadOnlyDictionary<string, int> Resize(RollingBounds bounds, ReplicaSetState? current, IReadOnlyList<ReplicaSetState> old, bool rolling)
    {
        var all = current is null ? old : [.. old, current];
        var active = all.Where(s => s.Replicas > 0).ToArray();
        if (active.Length <= 1)
        {
            var only = active.Length == 1 ? active[0] : current ?? (old.Count > 0 ? old[^1] : null);
            return only is null || only.Replicas == bounds.Desired ? [] : new Dictionary<string, int> { [only.Name] = bounds.Desired };
        }

        if (current is not null && current.Replicas == bounds.Desired && current.DesiredNote == bounds.Desired && current.Available == bounds.Desired)
        {
            return old.Where(s => s.Replicas > 0).ToDictionary(s => s.Name, _ => 0, StringComparer.Ordinal);
        }

        if (!rolling)
        {
            return new Dictionary<string, int>();
        }

        var total = active.Sum(s => s.Replicas);
        var allowed = bounds.Desired > 0 ? bounds.MaxTotal : 0;
        var toAdd = allowed - total;
        if (toAdd == 0)
        {
            return new Dictionary<string, int>();
        }

        // Larger sets first; of equal ones, newer first when growing and older first when shrinking.
        var order = active
            .Select((set, age) => (set, age))
            .OrderByDescending(s => s.set.Replicas)
            .ThenBy(s => toAdd > 0 ? -s.age : s.age)
            .Select(s => s.set)
            .ToArray();
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        var added = 0;
        foreach (var set in order)
        {
            var before = set.MaxNote is > 0 ? set.MaxNote.Value : total;
            var share = (int)Math.Round(set.Replicas * (double)allowed / before, MidpointRounding.AwayFromZero) - set.Replicas;
            share = toAdd > 0 ? Math.Clamp(share, 0, toAdd - added) : Math.Clamp(share, toAdd - added, 0);
            sizes[set.Name] = set.Replicas + share;
            added += share;
        }

        sizes[order[0].Name] = Math.Max(sizes[order[0].Name] + (toAdd - added), 0);
        return active.Where(s => sizes[s.Name] != s.Replicas).ToDictionary(s => s.Name, s => sizes[s.Name], StringComparer.Ordinal);
    }
}
