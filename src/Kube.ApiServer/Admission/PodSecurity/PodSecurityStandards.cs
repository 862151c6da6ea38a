namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>Judges pods by https://kubernetes.io/docs/concepts/security/pod-security-standards/ as of Kubernetes 1.32.</summary>
internal static class PodSecurityStandards
{
    /// <summary>What a pod breaks of a level; empty when nothing.</summary>
    public static IReadOnlyList<Violation> Violations(PodSecurityLevel level, PodView pod)
    {
        if (level == PodSecurityLevel.Privileged)
            return [];
        var restricted = level == PodSecurityLevel.Restricted;
        var found = BaselineRules.Check(pod, restricted);
        if (restricted)
            found = found.Concat(RestrictedRules.Check(pod));
        return [.. found.OfType<Violation>().OrderBy(v => v.Reason, StringComparer.Ordinal)];
    }
}
