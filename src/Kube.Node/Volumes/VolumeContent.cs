using System.Text;
using k8s.Models;
using Kube.Node.Pods;

namespace Kube.Node.Volumes;

/// <summary>Collects the files of volumes whose content comes from the API.</summary>
internal sealed class VolumeContent(IPodApi api, string hostAddress, Status.MachineFacts machine)
{
    private const int DefaultMode = 0x1A4;
    private const long DefaultTokenSeconds = 3600;

    /// <exception cref="ContainerStartException">A source does not exist and is not optional, or an item's path is not allowed.</exception>
    public async Task<IReadOnlyDictionary<string, VolumeFile>> ReadAsync(V1Pod pod, V1Volume volume, IReadOnlyList<string> addresses, CancellationToken ct)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        if (volume.Secret is { } secret)
        {
            await AddSecretAsync(files, pod, volume.Name, secret.SecretName, secret.Items, secret.Optional, secret.DefaultMode, ct).ConfigureAwait(false);
        }
        else if (volume.ConfigMap is { } map)
        {
            await AddConfigMapAsync(files, pod, volume.Name, map.Name, map.Items, map.Optional, map.DefaultMode, ct).ConfigureAwait(false);
        }
        else if (volume.DownwardAPI is { } downward)
        {
            AddFields(files, pod, volume.Name, downward.Items, downward.DefaultMode, addresses);
        }
        else if (volume.Projected is { } projected)
        {
            foreach (var source in projected.Sources ?? [])
            {
                if (source.Secret is { } s)
                    await AddSecretAsync(files, pod, volume.Name, s.Name, s.Items, s.Optional, projected.DefaultMode, ct).ConfigureAwait(false);
                else if (source.ConfigMap is { } m)
                    await AddConfigMapAsync(files, pod, volume.Name, m.Name, m.Items, m.Optional, projected.DefaultMode, ct).ConfigureAwait(false);
                else if (source.DownwardAPI is { } d)
                    AddFields(files, pod, volume.Name, d.Items, projected.DefaultMode, addresses);
                else if (source.ServiceAccountToken is { } t)
                    files[Relative(volume.Name, t.Path)] = await TokenAsync(pod, t, projected.DefaultMode, ct).ConfigureAwait(false);
                else
                    throw Fault(volume.Name, "projects a source this node does not support (only secret, configMap, downwardAPI and serviceAccountToken)");
            }
        }

        return files;
    }

    private async Task<VolumeFile> TokenAsync(V1Pod pod, V1ServiceAccountTokenProjection source, int? mode, CancellationToken ct)
    {
        var audience = string.IsNullOrEmpty(source.Audience) ? null : source.Audience;
        var token = await api.GetTokenAsync(pod, audience, source.ExpirationSeconds ?? DefaultTokenSeconds, ct).ConfigureAwait(false);
        return new VolumeFile(Encoding.ASCII.GetBytes(token), mode ?? DefaultMode);
    }

    private async Task AddSecretAsync(Dictionary<string, VolumeFile> files, V1Pod pod, string volume, string name, IList<V1KeyToPath>? items, bool? optional, int? mode, CancellationToken ct) =>
        AddKeys(files, volume, $"Secret {name}", await api.GetSecretAsync(pod.Metadata.NamespaceProperty, name, ct).ConfigureAwait(false), items, optional, mode);

    private async Task AddConfigMapAsync(Dictionary<string, VolumeFile> files, V1Pod pod, string volume, string name, IList<V1KeyToPath>? items, bool? optional, int? mode, CancellationToken ct) =>
        AddKeys(files, volume, $"ConfigMap {name}", await api.GetConfigMapAsync(pod.Metadata.NamespaceProperty, name, ct).ConfigureAwait(false), items, optional, mode);

    private static void AddKeys(Dictionary<string, VolumeFile> files, string volume, string what, IDictionary<string, byte[]>? data, IList<V1KeyToPath>? items, bool? optional, int? mode)
    {
        if (data is null)
        {
            if (optional == true)
                return;
            throw Fault(volume, $"{what} does not exist");
        }

        if (items is null || items.Count == 0)
        {
            foreach (var (key, value) in data)
                files[key] = new VolumeFile(value, mode ?? DefaultMode);
            return;
        }

        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var value))
                files[Relative(volume, item.Path)] = new VolumeFile(value, item.Mode ?? mode ?? DefaultMode);
            else if (optional != true)
                throw Fault(volume, $"{what} has no key {item.Key}");
        }
    }

    private void AddFields(Dictionary<string, VolumeFile> files, V1Pod pod, string volume, IList<V1DownwardAPIVolumeFile>? items, int? mode, IReadOnlyList<string> addresses)
    {
        foreach (var item in items ?? [])
        {
            var value = item.FieldRef is { } field
                ? FieldReference.Read(pod, field.FieldPath, addresses, hostAddress)
                : item.ResourceFieldRef is { } resource ? FieldReference.ReadResource(pod, pod.Spec.Containers[0], resource, machine.Cpus, machine.MemoryBytes) : null;
            files[Relative(volume, item.Path)] = new VolumeFile(
                Encoding.UTF8.GetBytes(value ?? throw Fault(volume, $"item {item.Path} asks for a field that is not offered")), item.Mode ?? mode ?? DefaultMode);
        }
    }

    private static string Relative(string volume, string path) =>
        path.Length > 0 && path[0] != '/' && !path.Split('/').Any(p => p is "" or "." or "..") && !path.StartsWith("..", StringComparison.Ordinal)
            ? path
            : throw Fault(volume, $"item path '{path}' is not a plain relative path");

    private static ContainerStartException Fault(string volume, string message) =>
        new(ContainerStartException.ConfigError, $"volume {volume}: {message}");
}
