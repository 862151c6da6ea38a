using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>Rules of pod specs that tie fields together: network, identity, volumes, spreading.</summary>
internal static class PodRules
{
    private static readonly string[] FieldPaths =
    [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP",
        "status.podIPs",
    ];

    public static void Validate(JsonObject? spec, string field, FieldErrors errors)
    {
        Network(spec, field, errors);
        Security(spec.Object("securityContext"), $"{field}.securityContext", errors);
        if (spec.Flag("shareProcessNamespace") == true && spec.Flag("hostPID") == true)
            errors.Invalid($"{field}.shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled");
        Spreading(spec, field, errors);
        Volumes(spec, field, errors);
        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            var i = 0;
            foreach (var container in spec.Objects(list))
                Container(container, spec, list, $"{field}.{list}[{i++}]", errors);
        }
    }

    private static void Network(JsonObject? spec, string field, FieldErrors errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["hostname", "subdomain"])
        {
            if (spec.Text(name) is { Length: > 0 } text)
                errors.Check($"{field}.{name}", text, NameRules.Label(text));
        }

        var dns = spec.Object("dnsConfig");
        if (spec.Text("dnsPolicy") == "None" && dns.Array("nameservers") is not { Count: > 0 })
            errors.Required(dns is null ? $"{field}.dnsConfig" : $"{field}.dnsConfig.nameservers", dns is null ? "must provide `dnsConfig` when `dnsPolicy` is None" : "must provide at least one DNS nameserver when `dnsPolicy` is None");
        var i = 0;
        foreach (var server in dns.Texts("nameservers"))
            IpAddress(server, $"{field}.dnsConfig.nameservers[{i++}]", errors);
        i = 0;
        foreach (var alias in spec.Objects("hostAliases"))
        {
            IpAddress(alias.Text("ip") ?? "", $"{field}.hostAliases[{i}].ip", errors);
            foreach (var name in alias.Texts("hostnames"))
                errors.Check($"{field}.hostAliases[{i}].hostnames", name, NameRules.Subdomain(name));
            i++;
        }
    }

    private static void IpAddress(string text, string field, FieldErrors errors)
    {
        if (!System.Net.IPAddress.TryParse(text, out _))
            errors.Invalid(field, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }

    private static void Security(JsonObject? context, string field, FieldErrors errors)
    {
        foreach (var id in (ReadOnlySpan<string>)["runAsUser", "runAsGroup", "fsGroup"])
            errors.Between($"{field}.{id}", context.Integer(id), 0, long.MaxValue);
        if (context.Object("seccompProfile") is { } seccomp)
        {
            var local = seccomp.Text("localhostProfile");
            if (seccomp.Text("type") == "Localhost" && string.IsNullOrEmpty(local))
                errors.Required($"{field}.seccompProfile.localhostProfile", "must be set when seccomp type is Localhost");
            else if (seccomp.Text("type") != "Localhost" && local is not null)
                errors.Invalid($"{field}.seccompProfile.localhostProfile", local, "can only be set when seccomp type is Localhost");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var i = 0;
        foreach (var sysctl in context.Objects("sysctls"))
        {
            var name = sysctl.Text("name") ?? "";
            var at = $"{field}.sysctls[{i++}].name";
            if (name.Length > 0 && (name.Length > 253 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.' or '/') || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1])))
                errors.Invalid(at, name, "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
            else if (name.Length > 0 && !names.Add(name))
                errors.Duplicate(at, name);
        }
    }

    private static void Spreading(JsonObject? spec, string field, FieldErrors errors)
    {
        var seen = new HashSet<(string?, string?)>();
        var i = 0;
        foreach (var constraint in spec.Objects("topologySpreadConstraints"))
        {
            var at = $"{field}.topologySpreadConstraints[{i++}]";
            var key = constraint.Text("topologyKey");
            if (key is { Length: > 0 })
                errors.Check($"{at}.topologyKey", key, NameRules.QualifiedName(key));
            if (!seen.Add((key, constraint.Text("whenUnsatisfiable"))))
                errors.Duplicate($"{at}.{{topologyKey, whenUnsatisfiable}}", $"{{{key}, {constraint.Text("whenUnsatisfiable")}}}");
            if (constraint.Integer("minDomains") is { } least && least <= 0)
                errors.Invalid($"{at}.minDomains", least, "must be greater than zero");
        }

        var gates = new HashSet<string>(StringComparer.Ordinal);
        i = 0;
        foreach (var gate in spec.Objects("schedulingGates"))
        {
            var at = $"{field}.schedulingGates[{i++}]";
            var name = gate.Text("name") ?? "";
            errors.Check(at, name, NameRules.QualifiedName(name));
            if (!gates.Add(name))
                errors.Duplicate(at, name);
        }
    }

    private static void Volumes(JsonObject? spec, string field, FieldErrors errors)
    {
        var i = 0;
        foreach (var volume in spec.Objects("volumes"))
        {
            var at = $"{field}.volumes[{i++}]";
            foreach (var source in (ReadOnlySpan<string>)["configMap", "secret", "projected", "downwardAPI"])
            {
                if (volume.Object(source).Integer("defaultMode") is { } mode and (< 0 or > 511))
                    errors.Invalid($"{at}.{source}.defaultMode", mode, "must be a number between 0 and 0777 (octal), both inclusive");
            }

            if (volume.Object("emptyDir").Text("sizeLimit") is { } limit && Quantity.TryParse(limit, out var size) && size < default(Quantity))
                errors.Forbidden($"{at}.emptyDir.sizeLimit", "SizeLimit field must be a valid resource quantity");
            if (volume.Object("hostPath").Text("path") is { } path && path.Split('/').Contains(".."))
                errors.Invalid($"{at}.hostPath.path", path, "must not contain '..'");
            var s = 0;
            foreach (var source in volume.Object("projected").Objects("sources"))
            {
                var here = $"{at}.projected.sources[{s++}]";
                if (source.Count > 1)
                    errors.Forbidden(here, "may not specify more than 1 volume type");
                if (source.Object("serviceAccountToken").Integer("expirationSeconds") is { } seconds)
                    Expiration(seconds, $"{here}.serviceAccountToken.expirationSeconds", errors);
            }
        }
    }

    private static void Expiration(long seconds, string field, FieldErrors errors)
    {
        if (seconds < 600)
            errors.Invalid(field, seconds, "may not specify a duration less than 10 minutes");
        else if (seconds > 1L << 32)
            errors.Invalid(field, seconds, "may not specify a duration larger than 2^32 seconds");
    }

    private static void Container(JsonObject container, JsonObject? spec, string list, string at, FieldErrors errors)
    {
        var context = container.Object("securityContext");
        Security(context, $"{at}.securityContext", errors);
        if (context.Flag("allowPrivilegeEscalation") == false && context.Flag("privileged") == true)
            errors.Invalid($"{at}.securityContext", "", "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        if (list == "containers" && container.Text("restartPolicy") is { Length: > 0 })
            errors.Forbidden($"{at}.restartPolicy", "may not be set for non-init containers");
        if (list == "initContainers" && container.Text("restartPolicy") != "Always")
        {
            foreach (var part in (ReadOnlySpan<string>)["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
            {
                if (container.Object(part) is not null)
                    errors.Forbidden($"{at}.{part}", "may not be set for init containers without restartPolicy=Always");
            }
        }

        var i = 0;
        foreach (var port in container.Objects("ports"))
        {
            if (spec.Flag("hostNetwork") == true && port.Integer("hostPort") is { } host and not 0 && host != port.Integer("containerPort"))
                errors.Invalid($"{at}.ports[{i}].containerPort", port.Integer("containerPort"), "must match `hostPort` when `hostNetwork` is true");
            i++;
        }

        Hooks(container.Object("lifecycle"), $"{at}.lifecycle", errors);
        i = 0;
        foreach (var variable in container.Objects("env"))
        {
            var here = $"{at}.env[{i++}].valueFrom.fieldRef.fieldPath";
            if (variable.Object("valueFrom").Object("fieldRef").Text("fieldPath") is { Length: > 0 } path && !IsFieldPath(path))
                errors.NotSupported(here, path, FieldPaths);
        }
    }

    private static bool IsFieldPath(string path) =>
        FieldPaths.Contains(path) || ((path.StartsWith("metadata.annotations['", StringComparison.Ordinal) || path.StartsWith("metadata.labels['", StringComparison.Ordinal)) && path.EndsWith("']", StringComparison.Ordinal));

    private static void Hooks(JsonObject? lifecycle, string field, FieldErrors errors)
    {
        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (lifecycle.Object(hook) is not { } action)
                continue;
            var handlers = ((string[])["exec", "httpGet", "tcpSocket", "sleep"]).Where(h => action[h] is not null).ToArray();
            if (handlers.Length == 0)
                errors.Required($"{field}.{hook}", "must specify a handler type");
            else if (handlers.Length > 1)
                errors.Forbidden($"{field}.{hook}.{handlers[1]}", "may not specify more than 1 handler type");
            if (action.Object("exec") is { } exec && exec.Array("command") is not { Count: > 0 })
                errors.Required($"{field}.{hook}.exec.command");
        }
    }
}
