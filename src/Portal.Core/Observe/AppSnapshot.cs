using System.Collections.Immutable;
using Portal.Core.Releases;

namespace Portal.Core.Observe;

/// <summary>What is known of an app at one moment. Immutable; a newer one replaces it whole.</summary>
/// <param name="App">The app's name.</param>
/// <param name="Health">The health word.</param>
/// <param name="Reason">Why, as one sentence; empty when healthy.</param>
/// <param name="Processes">By process.</param>
/// <param name="Instances">The instances by name.</param>
/// <param name="Events">The newest fifty events, newest first.</param>
/// <param name="Rollout">The newest rollout, or null when there is none.</param>
/// <param name="At">When the snapshot was taken.</param>
/// <param name="Age">How long ago the cluster was last heard of.</param>
public sealed record AppSnapshot(
  string App, HealthState Health, string Reason, ImmutableArray<ProcessView> Processes, ImmutableArray<InstanceView> Instances,
  ImmutableArray<EventView> Events, RolloutView? Rollout, DateTimeOffset At, TimeSpan Age);
