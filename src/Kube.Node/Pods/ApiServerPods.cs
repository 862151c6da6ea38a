using System.Collections.Concurrent;
using System.Text;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Node.Status;

namespace Kube.Node.Pods;

/// <summary>The API server as the pods' source: an informer of the node's own pods, and reads of the Secrets and ConfigMaps they name.</summary>
internal sealed class ApiServerPods(IKubernetes client, Informer<V1Pod> pods, TimeProvider time) : IPodApi
{
    private readonly ResourceClient<V1Pod> _pods = client.Resource<V1Pod>();
    private readonly ResourceClient<V1Secret> _secrets = client.Resource<V1Secret>();
    private readonly ResourceClient<V1ConfigMap> _maps = client.Resource<V1ConfigMap>();
    private readonly ResourceClient<V1PersistentVolumeClaim> _claims = client.Resource<V1PersistentVolumeClaim>();
    private readonly ResourceClient<V1PersistentVolume> _volumes = client.Resource<V1PersistentVolume>();
    private readonly ConcurrentDictionary<(string Namespace, string Claim), V1PersistentVolume> _bound = [];
    private readonly ConcurrentDictionary<string, IDictionary<string, byte[]>> _last = new(StringComparer.Ordinal);

    private readonly SecretMemory _values = new();
    private readonly PodTokens _tokens = new(client, time);
    private readonly ResourceClient<V1Service> _services = client.Resource<V1Service>();
    private V1Service? _kubernetes;

    public IReadOnlyCollection<V1Pod> List() => pods.List();

    public IDisposable Subscribe(Action<PodChange> changed) =>
        pods.Subscribe(e => changed(new PodChange(e.Object, e.Kind == InformerEventKind.Deleted)));

    public async Task<bool> PatchStatusAsync(V1Pod pod, V1PodStatus status, CancellationToken ct)
    {
        try
        {
            await _pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, PodStatusPatch.Create(pod, status), PatchKind.StrategicMerge, ct, "status").ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict && pods.Get(pod.Metadata.NamespaceProperty, pod.Metadata.Name)?.Metadata.Uid != pod.Metadata.Uid)
        {
            return false;
        }
    }

    /// <summary>The pod as the API server has it now, not as it was seen last; null when there is none.</summary>
    public Task<V1Pod?> ReadAsync(V1Pod pod, CancellationToken ct) => _pods.GetAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, ct);

    public async Task DeleteAsync(V1Pod pod, CancellationToken ct)
    {
        try
        {
            var options = new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid } };
            await _pods.DeleteAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, options, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Another pod has the name by now.
        }
    }

    public Task<IDictionary<string, byte[]>?> GetSecretAsync(string podNamespace, string name, CancellationToken ct) =>
        GetAsync($"s/{podNamespace}/{name}", async () =>
        {
            var secret = await _secrets.GetAsync(podNamespace, name, ct).ConfigureAwait(false);
            // A Secret without data is there all the same; only a missing object is null.
            if (secret is null)
                return null;
            var data = secret.Data ?? new Dictionary<string, byte[]>();
            _values.Remember(podNamespace, name, data);
            return data;
        }, ct);

    public IEnumerable<byte[]> SecretValues(string podNamespace, string name) => _values.Of(podNamespace, name);

    public Task<IDictionary<string, byte[]>?> GetConfigMapAsync(string podNamespace, string name, CancellationToken ct)
    {
        return GetAsync($"c/{podNamespace}/{name}", ReadAsync, ct);

        async Task<IDictionary<string, byte[]>?> ReadAsync()
        {
            if (await _maps.GetAsync(podNamespace, name, ct).ConfigureAwait(false) is not { } map)
                return null;
            var data = new Dictionary<string, byte[]>(map.BinaryData ?? new Dictionary<string, byte[]>(), StringComparer.Ordinal);
            foreach (var (key, value) in map.Data ?? new Dictionary<string, string>())
                data[key] = Encoding.UTF8.GetBytes(value);
            return data;
        }
    }

    public Task<string> GetTokenAsync(V1Pod pod, string? audience, long expirationSeconds, CancellationToken ct) => _tokens.GetAsync(pod, audience, expirationSeconds, ct);

    public void Forget(string podUid)
    {
        _tokens.Forget(podUid);
        _values.Keep(pods.List());
    }

    // Its address never changes once there.
    public async Task<V1Service?> GetKubernetesServiceAsync(CancellationToken ct)
    {
        try
        {
            return _kubernetes ??= await _services.GetAsync("default", "kubernetes", ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ApiException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task<V1PersistentVolume?> GetClaimedVolumeAsync(string podNamespace, string claim, CancellationToken ct)
    {
        try
        {
            var asked = await _claims.GetAsync(podNamespace, claim, ct).ConfigureAwait(false);
            var volume = string.IsNullOrEmpty(asked?.Spec.VolumeName) ? null : await _volumes.GetAsync(null, asked.Spec.VolumeName, ct).ConfigureAwait(false);
            if (asked is null || volume?.Spec.ClaimRef?.Uid != asked.Metadata.Uid)
                return null;
            _bound[(podNamespace, claim)] = volume;
            return volume;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !ct.IsCancellationRequested && _bound.ContainsKey((podNamespace, claim)))
        {
            return _bound[(podNamespace, claim)];
        }
        catch (ApiException e) when (e.Code == System.Net.HttpStatusCode.Forbidden)
        {
            // A volume is the node's to read once both sides of its binding stand.
            return null;
        }
    }

    // With the server away a container restarts with what it had: healing needs no control plane.
    private async Task<IDictionary<string, byte[]>?> GetAsync(string key, Func<Task<IDictionary<string, byte[]>?>> read, CancellationToken ct)
    {
        try
        {
            var data = await read().ConfigureAwait(false);
            if (data is null)
                _last.TryRemove(key, out _);
            else
                _last[key] = data;
            return data;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !ct.IsCancellationRequested && _last.ContainsKey(key))
        {
            return _last.GetValueOrDefault(key);
        }
    }
}
