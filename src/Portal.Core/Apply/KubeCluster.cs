using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Portal.Core.Compile;

namespace Portal.Core.Apply;

/// <summary>The cluster through KubernetesClient. Objects go out as JSON of the fields the portal owns, never as typed models.</summary>
internal sealed class KubeCluster(IKubernetes client) : ICluster
{
    private const string Manager = Labels.Portal;

    public Task<JsonObject> ApplyAsync(string ns, KubeObject desired, bool dryRun, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        var patch = new V1Patch(desired.Body.ToJsonString(), V1Patch.PatchType.ApplyPatch);
        var dry = dryRun ? "All" : null;
        var name = desired.Name;
        object applied = desired.Kind switch
        {
            "Namespace" => await client.CoreV1.PatchNamespaceAsync(patch, name, dryRun: dry, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
            "ServiceAccount" => await client.CoreV1.PatchNamespacedServiceAccountAsync(patch, name, ns, dryRun: dry, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
            "ConfigMap" => await client.CoreV1.PatchNamespacedConfigMapAsync(patch, name, ns, dryRun: dry, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
            "Secret" => await client.CoreV1.PatchNamespacedSecretAsync(patch, name, ns, dryRun: dry, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
            "Service" => await client.CoreV1.PatchNamespacedServiceAsync(patch, name, ns, dryRun: dry, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
            "Deployment" => await client.AppsV1.PatchNamespacedDeploymentAsync(patch, name, ns, dryRun: dry, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
            "Ingress" => await client.NetworkingV1.PatchNamespacedIngressAsync(patch, name, ns, dryRun: dry, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
            _ => throw new InvalidOperationException($"The compiler makes no {desired.Kind}."),
        };
        return Json(applied);
    }, cancellationToken);

    public Task<IReadOnlyList<KubeObject>> ListAsync(string ns, string app, CancellationToken cancellationToken) => CallAsync<IReadOnlyList<KubeObject>>(async () =>
    {
        var selector = Labels.AppSelector(app);
        var objects = new List<KubeObject>();
        void Add<T>(string kind, IEnumerable<T> items)
            where T : IKubernetesObject<V1ObjectMeta> => objects.AddRange(items.Select(item => new KubeObject(kind, item.Metadata.Name, Json(item))));

        Add("ServiceAccount", (await client.CoreV1.ListNamespacedServiceAccountAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items);
        Add("ConfigMap", (await client.CoreV1.ListNamespacedConfigMapAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items);
        Add("Secret", (await client.CoreV1.ListNamespacedSecretAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items);
        Add("Service", (await client.CoreV1.ListNamespacedServiceAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items);
        Add("Deployment", (await client.AppsV1.ListNamespacedDeploymentAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items);
        Add("Ingress", (await client.NetworkingV1.ListNamespacedIngressAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items);
        return objects;
    }, cancellationToken);

    public async Task<bool> HasLeftoversAsync(string ns, string app, CancellationToken cancellationToken) =>
        (await ListAsync(ns, app, cancellationToken)).Count > 0 || await CallAsync(async () =>
        {
            var selector = Labels.AppSelector(app);
            return (await client.AppsV1.ListNamespacedReplicaSetAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items.Count > 0
                || (await client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items.Count > 0;
        }, cancellationToken);

    public Task DeleteAsync(string ns, string kind, string name, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        var how = new V1DeleteOptions { PropagationPolicy = "Background" };
        try
        {
            await (kind switch
            {
                "ServiceAccount" => (Task)client.CoreV1.DeleteNamespacedServiceAccountAsync(name, ns, how, cancellationToken: cancellationToken),
                "ConfigMap" => client.CoreV1.DeleteNamespacedConfigMapAsync(name, ns, how, cancellationToken: cancellationToken),
                "Secret" => client.CoreV1.DeleteNamespacedSecretAsync(name, ns, how, cancellationToken: cancellationToken),
                "Service" => client.CoreV1.DeleteNamespacedServiceAsync(name, ns, how, cancellationToken: cancellationToken),
                "Deployment" => client.AppsV1.DeleteNamespacedDeploymentAsync(name, ns, how, cancellationToken: cancellationToken),
                "Ingress" => client.NetworkingV1.DeleteNamespacedIngressAsync(name, ns, how, cancellationToken: cancellationToken),
                _ => throw new InvalidOperationException($"The compiler makes no {kind}."),
            });
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        catch (JsonException)
        {
            // A server may answer with the object or with a Status; KubernetesClient 21 reads the body only after a success and knows one of the two alone.
            return true;
        }

        return true;
    }, cancellationToken);

    public Task<bool> DeleteNamespaceAsync(string ns, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        try
        {
            var present = await client.CoreV1.ReadNamespaceAsync(ns, cancellationToken: cancellationToken);
            if (present.Metadata.DeletionTimestamp is null) await client.CoreV1.DeleteNamespaceAsync(ns, new V1DeleteOptions(), cancellationToken: cancellationToken);
            return false;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return true;
        }
    }, cancellationToken);

    private static JsonObject Json(object typed) => JsonNode.Parse(KubernetesJson.Serialize(typed))!.AsObject();

    private static async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (HttpOperationException e)
        {
            throw new ClusterException(Sentence(e), e.Response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, e) { Status = (int)e.Response.StatusCode };
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ClusterException("The Kubernetes API does not answer.", false, e);
        }
    }

    // The answer is a Status: {"kind":"Status","message":"Deployment.apps \"x\" is invalid: ...","reason":"Invalid","code":422}
    internal static string Sentence(HttpOperationException e)
    {
        try
        {
            return JsonNode.Parse(e.Response.Content)?["message"]?.GetValue<string>() ?? $"The Kubernetes API answered {(int)e.Response.StatusCode}.";
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException or ArgumentNullException)
        {
            return $"The Kubernetes API answered {(int)e.Response.StatusCode}.";
        }
    }
}
