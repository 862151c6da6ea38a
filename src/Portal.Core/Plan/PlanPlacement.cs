using System.Text.Json.Nodes;
using Portal.Core.Apply;
using Portal.Core.Compile;
using Portal.Core.Placements;

namespace Portal.Core.Plan;

/// <summary>Asks the cluster where the instances of compiled objects would go, the present ones being replaced as a rollout replaces them.</summary>
internal sealed class PlanPlacement(IPlacementCluster cluster)
{
    /// <param name="input">The release.</param>
    /// <param name="desired">Its objects.</param>
    /// <param name="claims">The claims that exist. One that the release makes is no obstacle: its volume is made where the instance goes.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    public async Task<PlacementView?> AskAsync(CompileInput input, IEnumerable<KubeObject> desired, IReadOnlySet<string> claims, CancellationToken cancellationToken)
    {
        var sets = desired.Where(item => item.Kind == "Deployment").Select(item => Set(item, claims)).ToList();
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

    private static JsonObject Set(KubeObject deployment, IReadOnlySet<string> claims)
    {
        var spec = deployment.Body["spec"] as JsonObject;
        var set = new JsonObject
        {
            ["name"] = (string?)deployment.Body["metadata"]?["labels"]?[Labels.Process] ?? deployment.Name,
            ["workload"] = new JsonObject { ["kind"] = "Deployment", ["name"] = deployment.Name },
            ["template"] = spec?["template"]?.DeepClone(),
        };
        foreach (var volume in (set["template"]?["spec"]?["volumes"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (volume["persistentVolumeClaim"]?["claimName"] is not JsonValue claim || claims.Contains(claim.GetValue<string>())) continue;
            volume.Remove("persistentVolumeClaim");
            volume["emptyDir"] = new JsonObject();
        }

        // An autoscaled process keeps the number it has.
        if (spec?["replicas"] is { } replicas) set["replicas"] = replicas.DeepClone();
        if (spec?["strategy"]?["rollingUpdate"]?["maxUnavailable"] is JsonValue value && value.TryGetValue<int>(out var unavailable)) set["maxUnavailable"] = unavailable;
        return set;
    }
}
