using Portal.Core.Clusters;
using Portal.Core.Placements;
using Portal.Core.Plan;

namespace Portal.Web.Endpoints;

/// <summary>A plan as REST shows it; values before and after are JSON text.</summary>
internal sealed record PlanResource(
    string Id, int Release, bool Replaces, IReadOnlyList<PlanResource.Item> Changes, IReadOnlyList<PlanProblem> Problems, PlacementView? Placement,
    TargetView? Cluster)
{
    /// <summary>Only what changes.</summary>
    public static PlanResource Of(PlanView plan) => new(
        plan.Id, plan.Release, plan.Replaces,
        [.. plan.Changes.Where(change => change.Change != ChangeKind.None).Select(change => new Item(change.Kind, change.Name, change.Change, [.. change.Fields.Select(f => new Field(f.Path, f.From, f.To))]))],
        plan.Problems, plan.Placement, plan.Cluster);

    internal sealed record Item(string Kind, string Name, ChangeKind Change, IReadOnlyList<Field> Fields);

    internal sealed record Field(string Path, string? Before, string? After);
}
