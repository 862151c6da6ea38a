using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>Validation of pod specs, field by field.</summary>
internal static class PodValidation
{
    private static readonly string[] VolumeSources =
    [
        "emptyDir", "configMap", "secret", "hostPath", "projected", "downwardAPI", "persistentVolumeClaim", "csi", "nfs", "ephemeral", "image", "iscsi", "fc", "awsElasticBlockStore", "gcePersistentDisk",
        "azureDisk", "azureFile", "cephfs", "cinder", "flexVolume", "flocker", "gitRepo", "glusterfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
    ];

    private static readonly string[] ProbeHandlers = ["exec", "httpGet", "tcpSocket", "grpc"];

    /// <summary>Validates the template of a workload: its labels must satisfy the selector, and it must restart always.</summary>
    public static void Template(JsonObject? spec, string field, FieldErrors errors, bool alwaysRestarts = true)
    {
        var at = field.Length == 0 ? "template" : $"{field}.template";
        if (spec.Object("template") is not { } template)
        {
            errors.Required(at);
            return;
        }

        ObjectMetadata.Keys(template.Object("metadata").Object("labels"), $"{at}.metadata.labels", errors, values: true);
        ObjectMetadata.Keys(template.Object("metadata").Object("annotations"), $"{at}.metadata.annotations", errors, values: false);
        Spec(template.Object("spec"), $"{at}.spec", errors);
        if (template.Object("spec").Array("ephemeralContainers") is { Count: > 0 })
            errors.Forbidden($"{at}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template");
        if (alwaysRestarts && template.Object("spec").Integer("activeDeadlineSeconds") is not null)
            errors.Forbidden($"{at}.spec.activeDeadlineSeconds", "activeDeadlineSeconds in ReplicaSet is not Supported");
        if (alwaysRestarts && template.Object("spec").Text("restartPolicy") is { } policy and not "Always")
            errors.NotSupported($"{at}.spec.restartPolicy", policy, "Always");
    }

    public static void Spec(JsonObject? spec, string field, FieldErrors errors)
    {
        var volumes = Volumes(spec, $"{field}.volumes", errors);
        var names = new HashSet<string>(StringComparer.Ordinal);
        Containers(spec, "initContainers", field, volumes, names, errors);
        Containers(spec, "containers", field, volumes, names, errors);
        if (spec.Array("containers") is not { Count: > 0 })
            errors.Required($"{field}.containers");
        errors.OneOf($"{field}.restartPolicy", spec.Text("restartPolicy"), "Always", "OnFailure", "Never");
        errors.OneOf($"{field}.dnsPolicy", spec.Text("dnsPolicy"), "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        errors.NotNegative($"{field}.terminationGracePeriodSeconds", spec.Integer("terminationGracePeriodSeconds"));
        if (spec.Integer("activeDeadlineSeconds") is < 1)
            errors.Invalid($"{field}.activeDeadlineSeconds", spec.Integer("activeDeadlineSeconds"), "must be between 1 and 2147483647, inclusive");
        ObjectMetadata.Keys(spec.Object("nodeSelector"), $"{field}.nodeSelector", errors, values: true);
        if (spec.Text("serviceAccountName") is { Length: > 0 } account)
            errors.Check($"{field}.serviceAccountName", account, NameRules.Subdomain(account));
        if (spec.Text("nodeName") is { Length: > 0 } node)
            errors.Check($"{field}.nodeName", node, NameRules.Subdomain(node));
        Tolerations(spec, field, errors);
        PodRules.Validate(spec, field, errors);
    }

    public static void Tolerations(JsonObject? spec, string field, FieldErrors errors)
    {
        var i = 0;
        foreach (var toleration in spec.Objects("tolerations"))
        {
            var at = $"{field}.tolerations[{i++}]";
            errors.OneOf($"{at}.operator", toleration.Text("operator"), "Equal", "Exists");
            errors.OneOf($"{at}.effect", toleration.Text("effect") is "" ? null : toleration.Text("effect"), "NoSchedule", "PreferNoSchedule", "NoExecute");
            if (toleration.Text("key") is { Length: > 0 } key)
                errors.Check($"{at}.key", key, NameRules.QualifiedName(key));
            if (toleration["tolerationSeconds"] is not null && toleration.Text("effect") != "NoExecute")
                errors.Invalid($"{at}.effect", toleration.Text("effect") ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set");
            if (toleration.Text("operator") == "Exists" && toleration.Text("value") is { Length: > 0 } value)
                errors.Invalid($"{at}.operator", value, "value must be empty when `operator` is 'Exists'");
            if (string.IsNullOrEmpty(toleration.Text("key")) && toleration.Text("operator") != "Exists")
                errors.Invalid($"{at}.operator", toleration.Text("operator") ?? "", "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
    }

    private static HashSet<string> Volumes(JsonObject? spec, string field, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var i = 0;
        foreach (var volume in spec.Objects("volumes"))
        {
            var at = $"{field}[{i++}]";
            var name = volume.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required($"{at}.name");
            else if (NameRules.Label(name) is { } wrong)
                errors.Invalid($"{at}.name", name, wrong);
            else if (!names.Add(name))
                errors.Duplicate($"{at}.name", name);
            var sources = VolumeSources.Where(s => volume[s] is not null).ToArray();
            if (sources.Length == 0)
                errors.Required(at, "must specify a volume type");
            else if (sources.Length > 1)
                errors.Forbidden($"{at}.{sources[1]}", "may not specify more than 1 volume type");
            if (volume.Object("secret") is { } secret && string.IsNullOrEmpty(secret.Text("secretName")))
                errors.Required($"{at}.secret.secretName");
            if (volume.Object("configMap") is { } map && string.IsNullOrEmpty(map.Text("name")))
                errors.Required($"{at}.configMap.name");
            if (volume.Object("hostPath") is { } host && string.IsNullOrEmpty(host.Text("path")))
                errors.Required($"{at}.hostPath.path");
            if (volume.Object("persistentVolumeClaim") is { } claim && string.IsNullOrEmpty(claim.Text("claimName")))
                errors.Required($"{at}.persistentVolumeClaim.claimName");
        }

        return names;
    }

    private static void Containers(JsonObject? spec, string list, string field, HashSet<string> volumes, HashSet<string> names, FieldErrors errors)
    {
        var i = 0;
        foreach (var container in spec.Objects(list))
        {
            var at = $"{field}.{list}[{i++}]";
            var name = container.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required($"{at}.name");
            else if (NameRules.Label(name) is { } wrong)
                errors.Invalid($"{at}.name", name, wrong);
            else if (!names.Add(name))
                errors.Duplicate($"{at}.name", name);
            var image = container.Text("image") ?? "";
            if (image.Length == 0)
                errors.Required($"{at}.image");
            else if (image.Trim() != image)
                errors.Invalid($"{at}.image", image, "must not have leading or trailing whitespace");
            errors.OneOf($"{at}.imagePullPolicy", container.Text("imagePullPolicy"), "Always", "IfNotPresent", "Never");
            errors.OneOf($"{at}.terminationMessagePolicy", container.Text("terminationMessagePolicy"), "File", "FallbackToLogsOnError");
            Ports(container, at, errors);
            Environment(container, at, errors);
            Mounts(container, at, volumes, errors);
            Resources(container.Object("resources"), $"{at}.resources", errors);
            foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
            {
                if (container.Object(probe) is { } found)
                    Probe(found, $"{at}.{probe}", probe, errors);
            }
        }
    }

    private static void Ports(JsonObject container, string at, FieldErrors errors)
    {
        var i = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in container.Objects("ports"))
        {
            var field = $"{at}.ports[{i++}]";
            if (port.Integer("containerPort") is not { } number)
                errors.Required($"{field}.containerPort");
            else if (number is < 1 or > 65535)
                errors.Invalid($"{field}.containerPort", number, "must be between 1 and 65535, inclusive");
            if (port.Integer("hostPort") is { } host and (< 0 or > 65535))
                errors.Invalid($"{field}.hostPort", host, "must be between 1 and 65535, inclusive");
            errors.OneOf($"{field}.protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
            if (port.Text("name") is { Length: > 0 } name)
            {
                if (name.Length > 15 || NameRules.Label(name) is not null || !name.Any(char.IsAsciiLetter))
                    errors.Invalid($"{field}.name", name, "must be no more than 15 characters of lower case alphanumerics and '-', with at least one letter");
                else if (!names.Add(name))
                    errors.Duplicate($"{field}.name", name);
            }
        }
    }

    private static void Environment(JsonObject container, string at, FieldErrors errors)
    {
        var i = 0;
        foreach (var variable in container.Objects("env"))
        {
            var field = $"{at}.env[{i++}]";
            var name = variable.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required($"{field}.name");
            else if (name.Contains('=', StringComparison.Ordinal) || name.Any(c => c is < ' ' or > '~'))
                errors.Invalid($"{field}.name", name, "a valid environment variable name must consist only of printable ASCII characters other than '='");
            if (variable.Object("valueFrom") is not { } source)
                continue;
            if (variable.Text("value") is { Length: > 0 })
                errors.Invalid($"{field}.valueFrom", "", "may not be specified when `value` is not empty");
            if (source.Count != 1)
                errors.Invalid($"{field}.valueFrom", "", "must specify exactly one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
            foreach (var reference in (ReadOnlySpan<string>)["configMapKeyRef", "secretKeyRef"])
            {
                if (source.Object(reference) is { } key && string.IsNullOrEmpty(key.Text("key")))
                    errors.Required($"{field}.valueFrom.{reference}.key");
            }
        }
    }

    private static void Mounts(JsonObject container, string at, HashSet<string> volumes, FieldErrors errors)
    {
        var i = 0;
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in container.Objects("volumeMounts"))
        {
            var field = $"{at}.volumeMounts[{i++}]";
            var name = mount.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required($"{field}.name");
            else if (!volumes.Contains(name))
                errors.NotFound($"{field}.name", name);
            var path = mount.Text("mountPath") ?? "";
            if (path.Length == 0)
                errors.Required($"{field}.mountPath");
            else if (!paths.Add(path))
                errors.Invalid($"{field}.mountPath", path, "must be unique");
            if (mount.Text("subPath") is { } sub && (sub.StartsWith('/') || sub.Split('/').Contains("..")))
                errors.Invalid($"{field}.subPath", sub, "must be a relative path without '..'");
        }
    }

    public static void Resources(JsonObject? resources, string at, FieldErrors errors)
    {
        foreach (var list in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var (name, value) in resources.Object(list) ?? [])
            {
                if (!Quantity.TryParse(value.AsText(), out var quantity) || quantity < default(Quantity))
                    errors.Invalid($"{at}.{list}[{name}]", value.AsText(), "must be greater than or equal to 0");
                else if (list == "requests" && Quantity.TryParse(resources.Object("limits").Text(name), out var limit) && quantity > limit)
                    errors.Invalid($"{at}.requests", quantity.ToString(), $"must be less than or equal to {name} limit of {limit}");
            }
        }
    }

    private static void Probe(JsonObject probe, string at, string kind, FieldErrors errors)
    {
        var handlers = ProbeHandlers.Where(h => probe[h] is not null).ToArray();
        if (handlers.Length == 0)
            errors.Required(at, "must specify a handler type");
        else if (handlers.Length > 1)
            errors.Forbidden($"{at}.{handlers[1]}", "may not specify more than 1 handler type");
        foreach (var number in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
            errors.NotNegative($"{at}.{number}", probe.Integer(number));
        if (kind != "readinessProbe" && probe.Integer("successThreshold") is not (null or 1))
            errors.Invalid($"{at}.successThreshold", probe.Integer("successThreshold"), "must be 1");
        foreach (var handler in (ReadOnlySpan<string>)["httpGet", "tcpSocket"])
        {
            if (probe.Object(handler) is { } action && action["port"] is null)
                errors.Required($"{at}.{handler}.port");
            else if (probe.Object(handler)?["port"].AsInteger() is { } port and (< 1 or > 65535))
                errors.Invalid($"{at}.{handler}.port", port, "must be between 1 and 65535, inclusive");
        }
    }
}
