using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Results;

namespace Portal.Core.Placements;

/// <summary>Explains by the live view and asks the cluster where instances would go.</summary>
internal sealed class Placements(UnitOfWork work, IPlacementCluster cluster, IAppObserver observer) : IPlacements
{
    private const int MostNodes = 50;
    private const int MostAdded = 10;
    private const int MostScaled = 50;
    private const int MostReplicas = 1000;

    /// <summary>How many instances without a place are asked about one by one: those of one release share their reasons.</summary>
    private const int MostExplained = 8;

    public async Task<Result<Explanation>> ExplainAsync(Actor actor, ScopeRef app, string? instance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        var live = await observer.GetAsync(actor, app, cancellationToken);
        if (!live.IsOk) return live.Error;
        var snapshot = live.Value;
        var concerned = instance is null ? snapshot.Instances : [.. snapshot.Instances.Where(i => i.Name == instance)];
        if (instance is not null && concerned.IsEmpty) return Error.NotFound("instance");
        var ns = await work.ReadAsync<string>(actor, Right.AppView, app, async (db, access) =>
            await db.Environments.Where(e => e.Id == access.EnvironmentId).Select(e => e.Namespace).SingleAsync(cancellationToken), cancellationToken);
        if (!ns.IsOk) return ns.Error;
        var unplaced = concerned.Where(i => i is { Phase: "Pending", Node: null }).Take(MostExplained).ToList();
        JsonObject? review = null;
        try
        {
            if (unplaced.Count > 0 || instance is not null)
            {
                var pods = (unplaced.Count > 0 ? unplaced : [.. concerned]).Select(i => (JsonNode)new JsonObject { ["pod"] = i.Name });
                review = await cluster.ReviewAsync(ns.Value, new JsonObject { ["pods"] = new JsonArray([.. pods]) }, cancellationToken);
            }
        }
        catch (ClusterException)
        {
            // An instance may be gone, or the API not answer: what the live view says stands for itself.
        }

        return Explanations.Of(snapshot, concerned, instance is not null, review);
    }

    public Task<Result<WhatIfView>> WhatIfAsync(Actor actor, ScopeRef environment, WhatIf question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(question);
        return work.ReadAsync<WhatIfView>(actor, Right.Plan, environment with { App = null }, async (db, access) =>
        {
            var faults = Faults(question).ToList();
            var apps = question.Scale.Select(s => s.App).ToHashSet(StringComparer.Ordinal);
            var known = await Workloads.OfAsync(db, access.EnvironmentId!.Value, apps, cancellationToken);
            for (var i = 0; i < question.Scale.Length; i++)
            {
                if (!known.ContainsKey(question.Scale[i].App)) faults.Add(new(Path("scale", i, "app"), $"The environment has no app {question.Scale[i].App}."));
            }

            if (faults.Count > 0) return Error.Invalid(faults);
            var ns = await db.Environments.Where(e => e.Id == access.EnvironmentId).Select(e => e.Namespace).SingleAsync(cancellationToken);
            try
            {
                if (await cluster.ReviewAsync(ns, Spec(question, known), cancellationToken) is not { } status) return new WhatIfView(PlacementView.Unknown, [], [], []);
                return new WhatIfView(ReviewAnswers.Placement(status), ReviewAnswers.Moves(status, "moved"), ReviewAnswers.Moves(status, "pending"), ReviewAnswers.Losses(status));
            }
            catch (ClusterException e)
            {
                return e.IsFinal ? Error.Invalid("", e.Message) : Error.Unavailable(e.Message);
            }
        }, cancellationToken);
    }

    private static IEnumerable<FieldError> Faults(WhatIf question)
    {
        if (question.LoseNodes.Length > MostNodes) yield return new("loseNodes", $"At most {MostNodes} nodes.");
        if (question.AddNodes.Length > MostAdded) yield return new("addNodes", $"At most {MostAdded} entries.");
        if (question.Scale.Length > MostScaled) yield return new("scale", $"At most {MostScaled} processes.");
        for (var i = 0; i < question.AddNodes.Length; i++)
        {
            var node = question.AddNodes[i];
            if (node.Count is < 1 or > 100) yield return new(Path("addNodes", i, "count"), "Between 1 and 100.");
            if (node.Like is null && (node.Cpu is null || node.Memory is null)) yield return new(Path("addNodes", i, "like"), "Name a node that it is like, or give cpu and memory.");
        }

        for (var i = 0; i < question.Scale.Length; i++)
        {
            var scale = question.Scale[i];
            if (scale.Replicas is null == scale.Factor is null) yield return new(Path("scale", i, "replicas"), "Give either replicas or factor.");
            if (scale.Replicas is < 0 or > MostReplicas) yield return new(Path("scale", i, "replicas"), $"Between 0 and {MostReplicas}.");
            if (scale.Factor is <= 0 or > MostReplicas) yield return new(Path("scale", i, "factor"), $"Greater than 0 and at most {MostReplicas}.");
        }
    }

    private static string Path(string list, int index, string field) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}].{field}");

    private static JsonObject Spec(WhatIf question, Dictionary<string, string> workloads)
    {
        var spec = new JsonObject { ["pending"] = true, ["eachNode"] = question.EachNode };
        if (!question.LoseNodes.IsEmpty) spec["removeNodes"] = new JsonArray([.. question.LoseNodes.Distinct(StringComparer.Ordinal).Select(n => (JsonNode)n)]);
        if (!question.AddNodes.IsEmpty) spec["addNodes"] = new JsonArray([.. question.AddNodes.Select(Added)]);
        if (!question.Scale.IsEmpty) spec["pods"] = new JsonArray([.. question.Scale.Select(scale => Scaled(scale, workloads[scale.App]))]);
        return spec;
    }

    private static JsonNode Added(AddedNode node)
    {
        var added = new JsonObject { ["count"] = node.Count };
        if (node.Like is not null) added["like"] = node.Like;
        var allocatable = new JsonObject();
        if (node.Cpu is not null) allocatable["cpu"] = node.Cpu;
        if (node.Memory is not null) allocatable["memory"] = node.Memory;
        if (allocatable.Count > 0) added["allocatable"] = allocatable;
        return added;
    }

    private static JsonObject Scaled(ScaledProcess scale, string workload)
    {
        var set = new JsonObject
        {
            ["name"] = $"{scale.App}/{scale.Process}",
            ["workload"] = new JsonObject { ["kind"] = "Deployment", ["name"] = ObjectNames.Process(workload, scale.Process) },
        };
        if (scale.Replicas is { } replicas) set["replicas"] = replicas;
        if (scale.Factor is { } factor) set["factor"] = factor;
        return set;
    }
}
