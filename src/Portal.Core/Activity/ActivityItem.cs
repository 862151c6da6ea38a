namespace Portal.Core.Activity;

/// <summary>Something that happened in a project.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Actor">Who did it; empty for the cluster.</param>
/// <param name="Environment">The environment; empty when it is about the project.</param>
/// <param name="App">The app; empty when it is not about one.</param>
/// <param name="Title">What happened, in a few words.</param>
/// <param name="Detail">More words; may be empty.</param>
/// <param name="State">The rollout's state, Denied for a refused act, else empty.</param>
public sealed record ActivityItem(DateTimeOffset At, ActivityKind Kind, string Actor, string Environment, string App, string Title, string Detail, string State);
