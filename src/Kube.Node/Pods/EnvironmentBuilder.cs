using System.Text;
using System.Text.RegularExpressions;
using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>A container's environment: envFrom in order, then env in order, a later entry winning, <c>$(NAME)</c> seeing what came before.</summary>
internal sealed partial class EnvironmentBuilder(IPodApi api, string hostAddress, Status.MachineFacts machine)
{
    /// <exception cref="ContainerStartException">A reference points to nothing and is not optional; the message names it.</exception>
    public async Task<IReadOnlyDictionary<string, string>> BuildAsync(V1Pod pod, V1Container container, IReadOnlyList<string> addresses, CancellationToken ct)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        await AddApiServerAsync(variables, ct).ConfigureAwait(false);
        foreach (var source in container.EnvFrom ?? [])
            await AddAllAsync(pod, container, source, variables, ct).ConfigureAwait(false);
        foreach (var entry in container.Env ?? [])
        {
            var value = entry.ValueFrom is { } from
                ? await ReadAsync(pod, container, entry.Name, from, addresses, ct).ConfigureAwait(false)
                : VariableExpansion.Expand(entry.Value ?? "", variables);
            if (value is not null)
                variables[entry.Name] = value;
        }

        return variables;
    }

    // Where clients in pods look for the API server: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/.
    private async Task AddApiServerAsync(Dictionary<string, string> variables, CancellationToken ct)
    {
        if (await api.GetKubernetesServiceAsync(ct).ConfigureAwait(false) is not { Spec: { ClusterIP: { Length: > 0 } host, Ports: [{ } port, ..] } })
            return;
        var number = port.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        variables["KUBERNETES_SERVICE_HOST"] = host;
        variables["KUBERNETES_SERVICE_PORT"] = number;
        variables["KUBERNETES_SERVICE_PORT_HTTPS"] = number;
        variables["KUBERNETES_PORT"] = $"tcp://{host}:{number}";
        variables[$"KUBERNETES_PORT_{number}_TCP"] = $"tcp://{host}:{number}";
        variables[$"KUBERNETES_PORT_{number}_TCP_PROTO"] = "tcp";
        variables[$"KUBERNETES_PORT_{number}_TCP_PORT"] = number;
        variables[$"KUBERNETES_PORT_{number}_TCP_ADDR"] = host;
    }

    private async Task AddAllAsync(V1Pod pod, V1Container container, V1EnvFromSource source, Dictionary<string, string> variables, CancellationToken ct)
    {
        var ns = pod.Metadata.NamespaceProperty;
        IDictionary<string, byte[]>? data;
        string what;
        bool optional;
        if (source.ConfigMapRef is { } map)
        {
            (what, optional) = ($"ConfigMap {map.Name}", map.Optional == true);
            data = await api.GetConfigMapAsync(ns, map.Name, ct).ConfigureAwait(false);
        }
        else if (source.SecretRef is { } secret)
        {
            (what, optional) = ($"Secret {secret.Name}", secret.Optional == true);
            data = await api.GetSecretAsync(ns, secret.Name, ct).ConfigureAwait(false);
        }
        else
        {
            return;
        }

        if (data is null)
        {
            if (optional)
                return;
            throw Missing(container, $"envFrom needs {what}, which does not exist in namespace {ns}");
        }

        foreach (var (key, value) in data)
        {
            var name = (source.Prefix ?? "") + key;
            if (VariableName().IsMatch(name))
                variables[name] = Encoding.UTF8.GetString(value);
        }
    }

    private async Task<string?> ReadAsync(V1Pod pod, V1Container container, string name, V1EnvVarSource from, IReadOnlyList<string> addresses, CancellationToken ct)
    {
        var ns = pod.Metadata.NamespaceProperty;
        if (from.SecretKeyRef is { } secret)
            return Pick(await api.GetSecretAsync(ns, secret.Name, ct).ConfigureAwait(false), $"Secret {secret.Name}", secret.Key, secret.Optional);
        if (from.ConfigMapKeyRef is { } map)
            return Pick(await api.GetConfigMapAsync(ns, map.Name, ct).ConfigureAwait(false), $"ConfigMap {map.Name}", map.Key, map.Optional);
        if (from.FieldRef is { } field)
            return FieldReference.Read(pod, field.FieldPath, addresses, hostAddress) ?? throw Missing(container, $"env {name}: field {field.FieldPath} is not offered");
        if (from.ResourceFieldRef is { } resource)
        {
            return FieldReference.ReadResource(pod, container, resource, machine.Cpus, machine.MemoryBytes)
                ?? throw Missing(container, $"env {name}: resource {resource.Resource} is not offered");
        }

        throw Missing(container, $"env {name}: this kind of valueFrom is not supported by the node");

        string? Pick(IDictionary<string, byte[]>? data, string what, string key, bool? optional)
        {
            if (data is not null && data.TryGetValue(key, out var value))
                return Encoding.UTF8.GetString(value);
            if (optional == true)
                return null;
            throw Missing(container, data is null ? $"env {name}: {what} does not exist in namespace {ns}" : $"env {name}: {what} has no key {key}");
        }
    }

    private static ContainerStartException Missing(V1Container container, string message) =>
        new(ContainerStartException.ConfigError, $"container {container.Name}: {message}");

    [GeneratedRegex("^[-._a-zA-Z][-._a-zA-Z0-9]*$")]
    private static partial Regex VariableName();
}
