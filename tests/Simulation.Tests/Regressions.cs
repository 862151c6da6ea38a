namespace Simulation.Tests;

/// <summary>Seeds that once found something, and what. They find it only as long as the scenario draws the same; each defect has its own test as well where it can be told in small.</summary>
internal static class Regressions
{
    public static IReadOnlyDictionary<int, string> Seeds { get; } = new Dictionary<int, string>
    {
        [3] = "two controller processes led at once, and both created a replica set's pods",
    };
}
