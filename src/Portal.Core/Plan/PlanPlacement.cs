using System.Text.Json.Nodes;
using Portal.Core.Apply;
using Portal.Core.Compile;
using Portal.Core.Placements;

namespace Portal.Core.Plan;

/// <summary>Asks the cluster where the instances of compiled objects would go, the present ones being replaced as a rollout replaces them.</summary>
internal sealed class PlanPlacement(IPlacementCluster cluster)
{
    public async Task<PlacementView?> AskAsync(CompileInput input, IEnumerable<KubeObject> desired, CancellationToken cancellationToken)
    {
        var sets = desired.Where(item => item.Kind == "Deployment").Select(Set).ToList();
        if (sets.Count == 0) return null;
        try
        {
            var status = await cluster.ReviewAsync(input.Namespace, new JsonObject { ["pods"] = new JsonArray([.. sets]) }, cancellationToken);
            return status is null ? PlacementView.Unknown : ReviewAnswers.Placement(status);
        }
        catch (ClusterException e)
        {
            // A plan without this answer is still a plan: it says what it does not know.
            return PlacementView.Unknown with { Summary = $"Where instances would go is not known now: {e.Message}" };
        }
    }

    private static JsonNode Set(KubeObject deployment)
    {
        var spec = deployment.Body["spec"] as JsonObject;
        var set = new JsonObject
        {
            ["name"] = (string?)deployment.Body["metadata"]?["labels"]?[Labels.Process] ?? deployment.Name,
            ["workload"] = new JsonObject { ["kind"] = "Deployment", ["name"] = deployment.Name },
            ["template"] = spec?["template"]?.DeepClone(),
        };
        // An autoscaled process keeps the number it has.
        if (spec?["replicas"] is { } replicas) set["replicas"] = replicas.DeepClone();
        if (spec?["strategy"]?["rollingUpdate"]?["maxUnavailable"] is JsonValue value && value.TryGetValue<int>(out var unavailable)) set["maxUnavailable"] = unavailable;
        return set;
    }
}
