using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>The rules the level restricted adds to baseline, in the words of Kubernetes 1.32.</summary>
internal static class RestrictedRules
{
    private static readonly string[] VolumeKinds = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

    public static IEnumerable<Violation?> Check(PodView pod)
    {
        yield return Escalation(pod);
        yield return Capabilities(pod);
        yield return Volumes(pod);
        yield return NonRoot(pod);
        yield return User(pod);
        yield return Seccomp(pod);
    }

    private static Violation? Escalation(PodView pod)
    {
        if (pod.IsWindows)
            return null;
        var who = pod.Where(c => c.Object("securityContext").Flag("allowPrivilegeEscalation") != false);
        return who.Length == 0 ? null : new Violation("allowPrivilegeEscalation != false", $"{PodView.Name(who)} must set securityContext.allowPrivilegeEscalation=false");
    }

    private static Violation? Capabilities(PodView pod)
    {
        if (pod.IsWindows)
            return null;
        var added = new SortedSet<string>(StringComparer.Ordinal);
        var keeping = pod.Where(c => !c.Object("securityContext").Object("capabilities").Texts("drop").Contains("ALL"));
        var adding = pod.Where(c =>
        {
            var extra = c.Object("securityContext").Object("capabilities").Texts("add").Where(a => a != "NET_BIND_SERVICE").ToArray();
            added.UnionWith(extra);
            return extra.Length > 0;
        });
        var details = new List<string>();
        if (keeping.Length > 0)
            details.Add($"{PodView.Name(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        if (adding.Length > 0)
            details.Add($"{PodView.Name(adding)} must not include {PodView.Quote(added)} in securityContext.capabilities.add");
        return details.Count == 0 ? null : new Violation("unrestricted capabilities", string.Join("; ", details));
    }

    private static Violation? Volumes(PodView pod)
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var names = new List<string>();
        foreach (var volume in pod.Spec.Objects("volumes"))
        {
            string[] bad = [.. volume.Where(f => f.Key != "name" && f.Value is not null && !VolumeKinds.Contains(f.Key)).Select(f => f.Key)];
            if (bad.Length == 0)
                continue;
            names.Add(volume.Text("name") ?? "");
            kinds.UnionWith(bad);
        }

        return names.Count == 0 ? null : new Violation("restricted volume types", $"{PodView.Name("volume", names)} {(names.Count == 1 ? "uses" : "use")} restricted volume type{(kinds.Count == 1 ? "" : "s")} {PodView.Quote(kinds)}");
    }

    private static Violation? NonRoot(PodView pod)
    {
        var podValue = pod.Security.Flag("runAsNonRoot");
        var saying = pod.Where(c => c.Object("securityContext").Flag("runAsNonRoot") == false);
        var details = new List<string>();
        if (podValue == false)
            details.Add("pod must not set securityContext.runAsNonRoot=false");
        if (saying.Length > 0)
            details.Add($"{PodView.Name(saying)} must not set securityContext.runAsNonRoot=false");
        if (details.Count == 0 && podValue != true)
        {
            var silent = pod.Where(c => c.Object("securityContext").Flag("runAsNonRoot") is null);
            if (silent.Length > 0)
                details.Add($"pod or {PodView.Name(silent)} must set securityContext.runAsNonRoot=true");
        }

        return details.Count == 0 ? null : new Violation("runAsNonRoot != true", string.Join("; ", details));
    }

    private static Violation? User(PodView pod)
    {
        var podBad = pod.Security.Integer("runAsUser") == 0;
        var who = pod.Where(c => c.Object("securityContext").Integer("runAsUser") == 0);
        return !podBad && who.Length == 0 ? null : new Violation("runAsUser=0", $"{PodView.Setters(podBad, who)} must not set runAsUser=0");
    }

    private static Violation? Seccomp(PodView pod)
    {
        if (pod.IsWindows)
            return null;
        var podType = pod.Security.Object("seccompProfile").Text("type");
        var podFine = podType is "RuntimeDefault" or "Localhost";
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        var setting = pod.Where(c => Type(c) is { } type and not ("RuntimeDefault" or "Localhost") && (wrong.Add(type) || true));
        var details = new List<string>();
        var podBad = podType is not null && !podFine;
        if (podBad)
            wrong.Add(podType!);
        if (podBad || setting.Length > 0)
            details.Add($"{PodView.Setters(podBad, setting)} must not set securityContext.seccompProfile.type to {PodView.Quote(wrong)}");
        var silent = podFine || podBad ? [] : pod.Where(c => Type(c) is null);
        if (silent.Length > 0)
            details.Add($"pod or {PodView.Name(silent)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
        return details.Count == 0 ? null : new Violation("seccompProfile", string.Join("; ", details));

        static string? Type(JsonObject container) => container.Object("securityContext").Object("seccompProfile").Text("type");
    }
}
