using Kube.ApiServer.Registry;

namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>What a namespace asks of its pods, from its labels <c>pod-security.kubernetes.io/MODE</c> and <c>MODE-version</c>.</summary>
internal sealed record NamespacePolicy(PodSecurityLevel Enforce, string EnforceVersion, PodSecurityLevel Audit, string AuditVersion, PodSecurityLevel Warn, string WarnVersion)
{
    private const string Prefix = "pod-security.kubernetes.io/";
    private static readonly string[] Modes = ["enforce", "audit", "warn"];

    public bool IsPrivileged => Enforce == PodSecurityLevel.Privileged && Audit == PodSecurityLevel.Privileged && Warn == PodSecurityLevel.Privileged;

    public static NamespacePolicy Read(IReadOnlyDictionary<string, string> labels) => new(
        Level(labels, "enforce"), Version(labels, "enforce"), Level(labels, "audit"), Version(labels, "audit"), Level(labels, "warn"), Version(labels, "warn"));

    /// <summary>Notes labels whose values mean nothing.</summary>
    public static void Validate(IReadOnlyDictionary<string, string> labels, FieldErrors errors)
    {
        foreach (var mode in Modes)
        {
            if (labels.TryGetValue(Prefix + mode, out var level) && Parse(level) is null)
                errors.Invalid($"metadata.labels[{Prefix}{mode}]", level, "must be one of privileged, baseline, restricted");
            if (labels.TryGetValue($"{Prefix}{mode}-version", out var version) && !IsVersion(version))
                errors.Invalid($"metadata.labels[{Prefix}{mode}-version]", version, "must be \"latest\" or \"v1.x\"");
        }
    }

    public static string Word(PodSecurityLevel level) => level switch
    {
        PodSecurityLevel.Privileged => "privileged",
        PodSecurityLevel.Baseline => "baseline",
        _ => "restricted",
    };

    // A label nobody understands must not open what it was meant to close.
    private static PodSecurityLevel Level(IReadOnlyDictionary<string, string> labels, string mode) =>
        labels.TryGetValue(Prefix + mode, out var text) ? Parse(text) ?? PodSecurityLevel.Restricted : PodSecurityLevel.Privileged;

    private static string Version(IReadOnlyDictionary<string, string> labels, string mode) =>
        labels.TryGetValue($"{Prefix}{mode}-version", out var text) && IsVersion(text) ? text : "latest";

    private static PodSecurityLevel? Parse(string text) => text switch
    {
        "privileged" => PodSecurityLevel.Privileged,
        "baseline" => PodSecurityLevel.Baseline,
        "restricted" => PodSecurityLevel.Restricted,
        _ => null,
    };

    private static bool IsVersion(string text) => text == "latest" || (text.StartsWith("v1.", StringComparison.Ordinal) && text.Length > 3 && text.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0);
}
