using System.Collections.Immutable;
using Portal.Core.Releases;

namespace Portal.Core.Metrics;

/// <summary>An app's figures over a time.</summary>
/// <param name="From">The beginning.</param>
/// <param name="To">The end.</param>
/// <param name="StepSeconds">The length of a step. Steps without a sample are left out: a gap is a gap.</param>
/// <param name="Points">The steps in order of time.</param>
/// <param name="Former">The same for the time of equal length before, shifted by it, when it was asked for; else empty.</param>
/// <param name="Releases">The releases made in this time.</param>
/// <param name="Lacks">What this cluster cannot say, as sentences; empty when it says everything.</param>
public sealed record MetricsView(
    DateTimeOffset From, DateTimeOffset To, int StepSeconds, ImmutableArray<MetricsPoint> Points, ImmutableArray<MetricsPoint> Former, ImmutableArray<MetricsView.Marker> Releases,
    ImmutableArray<string> Lacks)
{
    /// <summary>A release in a chart.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="At">When it was made.</param>
    /// <param name="Reason">What changed.</param>
    /// <param name="State">What became of it.</param>
    public sealed record Marker(int Number, DateTimeOffset At, string Reason, RolloutState State);
}
