using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.RootCertificates;

/// <summary>Publishes the cluster's authority in every namespace as the ConfigMap <c>kube-root-ca.crt</c>, by which pods verify the API server.</summary>
internal sealed class RootCertificateController(ControllerContext context, string certificate) : Controller(context, workers: 1)
{
    public const string Name = "kube-root-ca.crt";
    private const string Key = "ca.crt";
    private readonly ResourceClient<V1ConfigMap> _maps = context.Client.Resource<V1ConfigMap>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Namespaces);
        yield return Informers.RootCertificates.Subscribe(change => Queue.Add(new NamespacedName("", change.Object.Metadata.NamespaceProperty)));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var ns = Informers.Namespaces.Get("", key.Name);
        if (ns is null || ns.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var live = Informers.RootCertificates.Get(key.Name, Name);
        try
        {
            if (live is null)
            {
                await _maps.CreateAsync(
                    new V1ConfigMap
                    {
                        Metadata = new V1ObjectMeta
                        {
                            Name = Name,
                            NamespaceProperty = key.Name,
                            Annotations = new Dictionary<string, string> { ["kubernetes.io/description"] = "The certificate authority by which pods verify the API server. Written by the control plane." },
                        },
                        Data = new Dictionary<string, string> { [Key] = certificate },
                    },
                    cancellationToken);
            }
            else if (live.Data is not { Count: 1 } data || !data.TryGetValue(Key, out var published) || published != certificate)
            {
                // The whole of data is replaced: nothing else may pass for part of it.
                await _maps.PatchAsync(key.Name, Name, new object[] { new { op = "add", path = "/data", value = new Dictionary<string, string> { [Key] = certificate } } }, PatchKind.Json, cancellationToken);
            }
        }
        catch (ApiException e) when (e.IsAlreadyExists || e.IsNotFound || e.Code == System.Net.HttpStatusCode.Forbidden)
        {
            // There already, or the namespace is going.
        }

        return null;
    }
}
