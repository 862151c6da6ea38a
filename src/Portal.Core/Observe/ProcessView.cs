namespace Portal.Core.Observe;

/// <summary>How one process of an app is doing.</summary>
/// <param name="Name">The process.</param>
/// <param name="Desired">Instances asked for.</param>
/// <param name="Ready">Instances that serve.</param>
/// <param name="Updated">Instances that run the newest release.</param>
public sealed record ProcessView(string Name, int Desired, int Ready, int Updated);
