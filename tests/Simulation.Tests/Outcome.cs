namespace Simulation.Tests;

/// <summary>How a seed ended.</summary>
/// <param name="Kept">Whether every promise was kept.</param>
/// <param name="Hash">The hash of its trace.</param>
/// <param name="Text">What the simulator said.</param>
internal sealed record Outcome(bool Kept, string Hash, string Text);
