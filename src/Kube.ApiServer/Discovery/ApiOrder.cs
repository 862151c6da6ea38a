namespace Kube.ApiServer.Discovery;

/// <summary>The order in which groups and versions are shown: clients take the first that fits.</summary>
internal static class ApiOrder
{
    // As the priorities of Kubernetes' own groups order them; what is not here, custom groups above all, follows by name.
    private static readonly string[] Groups =
    [
        "", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
        "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io", "discovery.k8s.io", "flowcontrol.apiserver.k8s.io",
    ];

    public static int OfGroup(string group)
    {
        var place = Array.IndexOf(Groups, group);
        return place < 0 ? Groups.Length : place;
    }

    /// <summary>
    /// Compares versions by rank, the better first: v2, v1, v1beta2, v1beta1, v1alpha1, then all others by name. See
    /// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority.
    /// </summary>
    public static IComparer<string> Versions { get; } = Comparer<string>.Create((left, right) =>
    {
        var (a, b) = (Rank(left), Rank(right));
        if (a is null || b is null)
            return a is null && b is null ? string.CompareOrdinal(left, right) : a is null ? 1 : -1;
        var order = b.Value.Stability.CompareTo(a.Value.Stability);
        if (order == 0)
            order = b.Value.Major.CompareTo(a.Value.Major);
        return order != 0 ? order : b.Value.Minor.CompareTo(a.Value.Minor);
    });

    private static (int Stability, int Major, int Minor)? Rank(string version)
    {
        if (version.Length < 2 || version[0] != 'v')
            return null;
        var end = 1;
        while (end < version.Length && char.IsAsciiDigit(version[end]))
            end++;
        if (!int.TryParse(version.AsSpan(1, end - 1), out var major))
            return null;
        if (end == version.Length)
            return (3, major, 0);
        foreach (var (word, stability) in (ReadOnlySpan<(string, int)>)[("beta", 2), ("alpha", 1)])
        {
            if (version.AsSpan(end).StartsWith(word, StringComparison.Ordinal) && int.TryParse(version.AsSpan(end + word.Length), out var minor))
                return (stability, major, minor);
        }

        return null;
    }
}
