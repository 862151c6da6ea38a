namespace Portal.Core.Plan;

/// <summary>What a declaration would change, exactly.</summary>
/// <param name="Id">Names the plan when it is carried out; covers the present state and the wish, so it goes stale when either changes.</param>
/// <param name="Release">The number the release would get.</param>
/// <param name="Changes">Every object, changed ones first.</param>
/// <param name="Replaces">Whether instances would be replaced.</param>
public sealed record PlanView(string Id, int Release, IReadOnlyList<ObjectChange> Changes, bool Replaces);
