using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Placement;

namespace Kube.ApiServer.Placement;

/// <summary>
/// Answers PlacementReview and LocalPlacementReview: names and templates become pods here, as the API would store them, and the scheduler says where they would go.
/// </summary>
internal sealed class PlacementHandler(PlacementSets sets, PlacementNodes nodes, IEnumerable<IPlacementReviews> schedulers)
{
    private const int MostSets = 100;
    private const int MostNodes = 1000;
    private const int DefaultNodeLimit = 100;
    private const int GreatestNodeLimit = 5000;
    private readonly IPlacementReviews? _scheduler = schedulers.LastOrDefault();

    /// <summary>The status of a review.</summary>
    /// <param name="review">The review as sent.</param>
    /// <param name="gvk">Its kind.</param>
    /// <param name="ns">The namespace a local review is about; empty for one about the cluster.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<JsonObject> AnswerAsync(JsonObject review, GroupVersionKind gvk, string ns, UserInfo user, CancellationToken cancellationToken)
    {
        var raw = review.Object("spec");
        var spec = raw is null ? new PlacementReviewSpec() : KubernetesJson.Deserialize<PlacementReviewSpec>(raw.ToJsonString());
        var errors = new FieldErrors();
        if ((spec.Pods?.Count ?? 0) > MostSets)
            errors.TooLong("spec.pods", MostSets, "items");
        errors.Between("spec.nodeLimit", spec.NodeLimit, 0, GreatestNodeLimit);
        var added = nodes.Resolve(spec.AddNodes ?? [], errors);
        if (added.Count > MostNodes)
            errors.TooLong("spec.addNodes", MostNodes, "nodes");
        nodes.Check(spec.RemoveNodes ?? [], errors);
        if (errors.Any)
            throw Refusal.Invalid(gvk, "", errors.Causes);
        var resolved = await sets.ResolveAsync(spec.Pods ?? [], [.. raw.Objects("pods")], ns, user, errors, cancellationToken).ConfigureAwait(false);
        if (errors.Any)
            throw Refusal.Invalid(gvk, "", errors.Causes);
        var inquiry = new PlacementInquiry([.. resolved.Select(r => r.Set).OfType<PodsToPlace>()])
        {
            Namespace = ns.Length > 0 ? ns : null,
            AddedNodes = added,
            RemovedNodes = [.. spec.RemoveNodes ?? []],
            EachNode = spec.EachNode == true,
            Pending = spec.Pending == true,
            NodeLimit = spec.NodeLimit ?? DefaultNodeLimit,
        };
        var status = _scheduler is null ? null : await _scheduler.AnswerAsync(inquiry, cancellationToken).ConfigureAwait(false);
        if (status is null)
            throw Refusal.Unavailable("no scheduler has joined this server yet; try again in a moment");
        Complete(status, resolved);
        return (JsonObject)JsonNode.Parse(Encoding.UTF8.GetBytes(KubernetesJson.Serialize(status)))!;
    }

    // What the API itself refuses needs no node to say so; what a quota lacks is said beside where the pods would go.
    private static void Complete(PlacementReviewStatus status, IReadOnlyList<ResolvedSet> resolved)
    {
        if (resolved.Count == 0)
            return;
        var placed = new Queue<PlacementPodSetStatus>(status.Pods ?? []);
        status.Pods = [];
        foreach (var each in resolved)
        {
            var answer = each.Set is null
                ? new PlacementPodSetStatus { Name = each.Name, Namespace = each.Namespace, Replicas = each.Replicas, Refused = each.Refused, Summary = $"The API would refuse the pods: {each.Refused}" }
                : placed.Dequeue();
            if (each.Quota is { } quota)
            {
                (answer.Quota, answer.Fits) = (quota, false);
                answer.Summary = $"{answer.Summary.TrimEnd('.')}. {quota}";
            }

            status.Pods.Add(answer);
            if (!answer.Fits && status.Fits)
                status.Fits = false;
            if (each.Set is null || each.Quota is not null)
                status.Summary = status.Summary == "Nothing was asked." ? Named(resolved, answer) : $"{status.Summary} {(each.Set is null ? Named(resolved, answer) : each.Quota)}";
        }
    }

    private static string Named(IReadOnlyList<ResolvedSet> resolved, PlacementPodSetStatus answer) =>
        resolved.Count == 1 ? answer.Summary : $"{answer.Name}: {answer.Summary}";
}
