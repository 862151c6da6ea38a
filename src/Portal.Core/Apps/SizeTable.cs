using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>The sizes an instance can have.</summary>
public static class SizeTable
{
    /// <summary>The size of a process that names none.</summary>
    public const string Default = "small";

    /// <summary>All sizes, smallest first.</summary>
    public static ImmutableArray<Size> All { get; } =
    [
        new("tiny", "50m", "250m", "64Mi"),
        new("small", "250m", "1", "256Mi"),
        new("medium", "500m", "2", "512Mi"),
        new("large", "1", "4", "1Gi"),
        new("xlarge", "2", "8", "2Gi"),
    ];

    /// <summary>The size of this name, or null.</summary>
    public static Size? Find(string name) => All.FirstOrDefault(size => size.Name == name);
}
