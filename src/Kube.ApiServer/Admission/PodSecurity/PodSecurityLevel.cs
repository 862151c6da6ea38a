namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>The levels of https://kubernetes.io/docs/concepts/security/pod-security-standards/, each stricter than the one before.</summary>
internal enum PodSecurityLevel
{
    /// <summary>Anything goes.</summary>
    Privileged,

    /// <summary>Known ways of privilege escalation are closed.</summary>
    Baseline,

    /// <summary>What hardening asks for.</summary>
    Restricted,
}
