using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Portal.Core.Clusters;
using Portal.Core.Compile;

namespace Portal.Core.Apply;

/// <summary>The cluster that a namespace's environment targets, through KubernetesClient. Objects go out as JSON of the fields the portal owns, never as typed models.</summary>
internal sealed class KubeCluster(IClusterClients clients) : ICluster
{
    private const string Manager = Labels.Portal;

    public Task<JsonObject> ApplyAsync(string ns, KubeObject desired, bool dryRun, CancellationToken cancellationToken) => CallAsync(ns, async client =>
    {
        var patch = new V1Patch(desired.Body.ToJsonString(), V1Patch.PatchType.ApplyPatch);
        return Json(await KindOf(desired.Kind).Apply(new(client, ns, desired.Name, patch, dryRun ? "All" : null, Manager, cancellationToken)));
    }, cancellationToken);

    public Task<IReadOnlyList<KubeObject>> ListAsync(string ns, string app, CancellationToken cancellationToken) => SelectAsync(ns, Labels.ReleaseSelector(app), KubeKinds.All, cancellationToken);

    public Task<IReadOnlyList<KubeObject>> ListAllAsync(string ns, string app, CancellationToken cancellationToken) => SelectAsync(ns, Labels.AppSelector(app), KubeKinds.All, cancellationToken);

    public Task<IReadOnlyList<KubeObject>> ListTasksAsync(string ns, string app, CancellationToken cancellationToken) =>
        SelectAsync(ns, Labels.TaskSelector(app), [KindOf("Job")], cancellationToken);

    public async Task<bool> HasLeftoversAsync(string ns, string app, CancellationToken cancellationToken) =>
        (await ListAllAsync(ns, app, cancellationToken)).Any(item => item.Kind != "PersistentVolumeClaim") || await CallAsync(ns, async client =>
        {
            var selector = Labels.AppSelector(app);
            return (await client.AppsV1.ListNamespacedReplicaSetAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items.Count > 0
                || (await client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items.Count > 0;
        }, cancellationToken);

    public Task<string?> ImageDigestAsync(string ns, string app, int release, CancellationToken cancellationToken) => CallAsync(ns, async client =>
    {
        var selector = $"{Labels.ReleaseSelector(app)},{Labels.Release}={Apps.Names.Number(release)}";
        var pods = await client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: selector, cancellationToken: cancellationToken);
        return pods.Items.SelectMany(pod => pod.Status?.ContainerStatuses ?? []).Select(status => status.ImageID).FirstOrDefault(id => id?.Contains("@sha256:", StringComparison.Ordinal) == true);
    }, cancellationToken);

    public Task DeleteAsync(string ns, string kind, string name, CancellationToken cancellationToken) => CallAsync(ns, async client =>
    {
        try
        {
            await KindOf(kind).Delete(client, name, ns, new V1DeleteOptions { PropagationPolicy = "Background" }, cancellationToken);
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

    public Task<bool> DeleteNamespaceAsync(string ns, CancellationToken cancellationToken) => CallAsync(ns, async client =>
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

    private static KubeKind KindOf(string kind) => KubeKinds.All.FirstOrDefault(known => known.Name == kind) ?? throw new InvalidOperationException($"The compiler makes no {kind}.");

    private Task<IReadOnlyList<KubeObject>> SelectAsync(string ns, string selector, IReadOnlyList<KubeKind> kinds, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<KubeObject>>(ns, async client =>
        {
            // Side by side: a plan asks for all of them while somebody waits.
            var lists = await Task.WhenAll(kinds.Where(kind => kind.List is not null).Select(async kind =>
                (await kind.List!(client, ns, selector, cancellationToken)).Select(item => new KubeObject(kind.Name, item.Metadata.Name, Json(item))).ToList()));
            return [.. lists.SelectMany(list => list)];
        }, cancellationToken);

    private static JsonObject Json(object typed) => JsonNode.Parse(KubernetesJson.Serialize(typed))!.AsObject();

    private async Task<T> CallAsync<T>(string ns, Func<IKubernetes, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(await clients.ClientAsync(ns, cancellationToken));
        }
        catch (HttpOperationException e)
        {
            throw new ClusterException(Sentence(e), e.Response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, e) { Status = (int)e.Response.StatusCode };
        }
        // What is replaced meanwhile, kubeconfig and all, is disposed of.
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ClusterException("The Kubernetes API does not answer.", false, e);
        }
        catch (JsonException e)
        {
            throw new ClusterException("The Kubernetes API answers with something else than was asked for.", false, e);
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
