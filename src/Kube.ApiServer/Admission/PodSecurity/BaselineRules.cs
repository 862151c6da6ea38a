using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>The rules of the level baseline, in the order and the words of Kubernetes 1.32.</summary>
internal static class BaselineRules
{
    private const string AppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

    private static readonly HashSet<string> Capabilities =
        ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];

    private static readonly HashSet<string> Sysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
    ];

    private static readonly HashSet<string> SelinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

    /// <summary>What every pod of this level must keep; <paramref name="withRestricted"/> leaves out what the stricter level words more strictly.</summary>
    public static IEnumerable<Violation?> Check(PodView pod, bool withRestricted)
    {
        yield return AppArmor(pod);
        if (!withRestricted)
            yield return AddedCapabilities(pod);
        yield return HostNamespaces(pod);
        if (!withRestricted)
            yield return HostPaths(pod);
        yield return HostPorts(pod);
        yield return Privileged(pod);
        yield return ProcMount(pod);
        if (!withRestricted)
            yield return Seccomp(pod);
        yield return Selinux(pod);
        yield return ForbiddenSysctls(pod);
        yield return HostProcess(pod);
    }

    private static Violation? AppArmor(PodView pod)
    {
        var bad = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in pod.Metadata.Object("annotations") ?? [])
        {
            var profile = value.AsText() ?? "";
            if (key.StartsWith(AppArmorAnnotation, StringComparison.Ordinal) && profile.Length > 0 && profile != "runtime/default" && !profile.StartsWith("localhost/", StringComparison.Ordinal))
                bad.Add($"annotation \"{key}\"=\"{profile}\"");
        }

        var podProfile = pod.Security.Object("appArmorProfile").Text("type");
        if (podProfile is not (null or "RuntimeDefault" or "Localhost"))
            bad.Add($"pod must not set AppArmor profile type to \"{podProfile}\"");
        foreach (var container in pod.Containers)
        {
            if (container.Object("securityContext").Object("appArmorProfile").Text("type") is { } type and not ("RuntimeDefault" or "Localhost"))
                bad.Add($"container \"{container.Text("name")}\" must not set AppArmor profile type to \"{type}\"");
        }

        return bad.Count == 0 ? null : new Violation(bad.Count == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles", string.Join(", ", bad));
    }

    private static Violation? AddedCapabilities(PodView pod)
    {
        var forbidden = new SortedSet<string>(StringComparer.Ordinal);
        var who = pod.Where(c =>
        {
            var extra = c.Object("securityContext").Object("capabilities").Texts("add").Where(a => !Capabilities.Contains(a)).ToArray();
            forbidden.UnionWith(extra);
            return extra.Length > 0;
        });
        return who.Length == 0 ? null : new Violation("non-default capabilities", $"{PodView.Name(who)} must not include {PodView.Quote(forbidden)} in securityContext.capabilities.add");
    }

    private static Violation? HostNamespaces(PodView pod)
    {
        var set = ((string[])["hostNetwork", "hostPID", "hostIPC"]).Where(f => pod.Spec.Flag(f) == true).Select(f => f + "=true").ToArray();
        return set.Length == 0 ? null : new Violation("host namespaces", string.Join(", ", set));
    }

    private static Violation? HostPaths(PodView pod)
    {
        string[] names = [.. pod.Spec.Objects("volumes").Where(v => v["hostPath"] is not null).Select(v => v.Text("name") ?? "")];
        return names.Length == 0 ? null : new Violation("hostPath volumes", PodView.Name("volume", names));
    }

    private static Violation? HostPorts(PodView pod)
    {
        var ports = new SortedSet<long>();
        var who = pod.Where(c =>
        {
            var used = c.Objects("ports").Select(p => p.Integer("hostPort") ?? 0).Where(p => p != 0).ToArray();
            ports.UnionWith(used);
            return used.Length > 0;
        });
        return who.Length == 0 ? null : new Violation("hostPort", $"{PodView.Name(who)} {(who.Length == 1 ? "uses" : "use")} {(ports.Count == 1 ? "hostPort" : "hostPorts")} {string.Join(", ", ports)}");
    }

    private static Violation? Privileged(PodView pod)
    {
        var who = pod.Where(c => c.Object("securityContext").Flag("privileged") == true);
        return who.Length == 0 ? null : new Violation("privileged", $"{PodView.Name(who)} must not set securityContext.privileged=true");
    }

    private static Violation? ProcMount(PodView pod)
    {
        var types = new SortedSet<string>(StringComparer.Ordinal);
        var who = pod.Where(c => c.Object("securityContext").Text("procMount") is { } mount && mount != "Default" && (types.Add(mount) || true));
        return who.Length == 0 ? null : new Violation("procMount", $"{PodView.Name(who)} must not set securityContext.procMount to {PodView.Quote(types)}");
    }

    private static Violation? Seccomp(PodView pod)
    {
        var types = new SortedSet<string>(StringComparer.Ordinal);
        var podBad = Bad(pod.Security);
        var who = pod.Where(c => Bad(c.Object("securityContext")));
        return !podBad && who.Length == 0 ? null : new Violation("seccompProfile", $"{PodView.Setters(podBad, who)} must not set securityContext.seccompProfile.type to {PodView.Quote(types)}");

        bool Bad(JsonObject? security)
        {
            if (security.Object("seccompProfile").Text("type") is not { } type || type is "RuntimeDefault" or "Localhost")
                return false;
            types.Add(type);
            return true;
        }
    }

    private static Violation? Selinux(PodView pod)
    {
        var types = new SortedSet<string>(StringComparer.Ordinal);
        var (user, role) = (false, false);
        var podBad = Bad(pod.Security);
        var who = pod.Where(c => Bad(c.Object("securityContext")));
        if (!podBad && who.Length == 0)
            return null;
        var details = new List<string>();
        if (types.Count > 0)
            details.Add($"type{(types.Count == 1 ? "" : "s")} {PodView.Quote(types)}");
        if (user)
            details.Add("user may not be set");
        if (role)
            details.Add("role may not be set");
        return new Violation("seLinuxOptions", $"{PodView.Setters(podBad, who)} set forbidden securityContext.seLinuxOptions: {string.Join("; ", details)}");

        bool Bad(JsonObject? security)
        {
            var options = security.Object("seLinuxOptions");
            var bad = false;
            if (!SelinuxTypes.Contains(options.Text("type") ?? ""))
                bad = types.Add(options.Text("type")!) || true;
            if (!string.IsNullOrEmpty(options.Text("user")))
                bad = user = true;
            if (!string.IsNullOrEmpty(options.Text("role")))
                bad = role = true;
            return bad;
        }
    }

    private static Violation? ForbiddenSysctls(PodView pod)
    {
        string[] bad = [.. pod.Security.Objects("sysctls").Select(s => s.Text("name") ?? "").Where(name => !Sysctls.Contains(name))];
        return bad.Length == 0 ? null : new Violation("forbidden sysctls", string.Join(", ", bad));
    }

    private static Violation? HostProcess(PodView pod)
    {
        var podBad = pod.Security.Object("windowsOptions").Flag("hostProcess") == true;
        var who = pod.Where(c => c.Object("securityContext").Object("windowsOptions").Flag("hostProcess") == true);
        return !podBad && who.Length == 0 ? null : new Violation("hostProcess", $"{PodView.Setters(podBad, who)} must not set securityContext.windowsOptions.hostProcess=true");
    }
}
