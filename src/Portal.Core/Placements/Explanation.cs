using System.Collections.Immutable;
using Portal.Core.Observe;

namespace Portal.Core.Placements;

/// <summary>Why an app is as it is.</summary>
/// <param name="App">The app.</param>
/// <param name="Health">Its health word.</param>
/// <param name="Summary">One or two sentences in plain words.</param>
/// <param name="Causes">What keeps it from being healthy, the most telling first; empty when nothing does.</param>
public sealed record Explanation(string App, HealthState Health, string Summary, ImmutableArray<Cause> Causes);
