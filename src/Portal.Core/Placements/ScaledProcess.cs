namespace Portal.Core.Placements;

/// <summary>A process with another number of instances; either the number or the factor is given.</summary>
/// <param name="App">The app.</param>
/// <param name="Process">The process.</param>
/// <param name="Replicas">How many instances in all, 0 to 1000.</param>
/// <param name="Factor">Multiplies the present number, rounded up; greater than 0.</param>
public sealed record ScaledProcess(string App, string Process = "web", int? Replicas = null, double? Factor = null);
