using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using Portal.Core.Apply;
using Portal.Core.Clusters;

namespace Portal.Core.Placements;

/// <summary>Placement reviews through KubernetesClient.</summary>
internal sealed class KubePlacementCluster(IClusterClients clients) : IPlacementCluster
{
    private const string Group = "scheduling.portal.dev";
    private const string Version = "v1alpha1";

    public async Task<JsonObject?> ReviewAsync(string ns, JsonObject spec, CancellationToken cancellationToken)
    {
        // A document goes out as it is: typed models would drop what they do not know.
        var review = JsonSerializer.SerializeToElement(new JsonObject
        {
            ["apiVersion"] = $"{Group}/{Version}",
            ["kind"] = "LocalPlacementReview",
            ["metadata"] = new JsonObject(),
            ["spec"] = spec.DeepClone(),
        });
        try
        {
            var client = await clients.ClientAsync(ns, cancellationToken);
            var answer = await client.CustomObjects.CreateNamespacedCustomObjectAsync(review, Group, Version, ns, "localplacementreviews", cancellationToken: cancellationToken);
            return JsonNode.Parse(((JsonElement)answer).GetRawText())?["status"]?.AsObject() ?? [];
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return null;
        }
        catch (HttpOperationException e)
        {
            throw new ClusterException(KubeCluster.Sentence(e), e.Response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ClusterException("The Kubernetes API does not answer.", false, e);
        }
    }
}
