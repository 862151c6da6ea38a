namespace Simulation.Tests.Engine;

/// <summary>Choices from a seed.</summary>
internal static class Randoms
{
    /// <summary>A stream of its own for one purpose, so that one purpose's choices do not shift another's.</summary>
    public static Random For(int seed, string purpose)
    {
        // Not string.GetHashCode, which differs from process to process.
        var hash = 2166136261u;
        foreach (var c in purpose)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return new Random(unchecked((int)hash ^ (seed * 31)));
    }

    /// <summary>A time between two.</summary>
    public static TimeSpan Between(this Random random, TimeSpan least, TimeSpan most) => least + ((most - least) * random.NextDouble());

    /// <summary>A time between two, in seconds.</summary>
    public static TimeSpan Seconds(this Random random, double least, double most) => random.Between(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));

    /// <summary>True so often.</summary>
    public static bool Chance(this Random random, double probability) => random.NextDouble() < probability;

    /// <summary>One of some.</summary>
    public static T OneOf<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
