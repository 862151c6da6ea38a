using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Portal.Core.Apps;

/// <summary>How a release takes the place of the one before.</summary>
public sealed record RolloutSpec
{
    /// <summary>The default strategy.</summary>
    public const string Rolling = "rolling";

    /// <summary>Stops all instances before starting new ones; what a process that mounts a volume always does.</summary>
    public const string Recreate = "recreate";

    /// <summary>Starts a whole second set of <c>web</c> instances and turns all traffic to it at once.</summary>
    public const string BlueGreen = "blue-green";

    /// <summary>Turns traffic to new <c>web</c> instances in steps.</summary>
    public const string Canary = "canary";

    /// <summary><c>rolling</c> (left out), <c>recreate</c>, <c>blue-green</c> or <c>canary</c>; the last two are about the <c>web</c> process, the others roll.</summary>
    public string? Strategy { get; init; }

    /// <summary>For a canary: the percentages of the traffic, rising, 1 to 99; 10 and 50 when left out.</summary>
    public ImmutableArray<int> Steps { get; init; } = [];

    /// <summary>Seconds each step (and the whole new set of blue-green) has to stay healthy, 0 to 3600; 30 when left out.</summary>
    public int? Hold { get; init; }

    /// <summary>Seconds the rollout may take without its holds, 10 to 7200; the platform's setting when left out.</summary>
    public int? Deadline { get; init; }

    /// <summary>Whether a failed rollout is followed by a release equal to the last good one; true when left out.</summary>
    public bool? Recover { get; init; }

    /// <summary>The weights the new instances get one after the other, in percent; empty for strategies without a second set.</summary>
    [JsonIgnore]
    internal ImmutableArray<int> Weights => Strategy switch
    {
        BlueGreen => [100],
        Canary => [.. Steps.IsDefaultOrEmpty ? [10, 50] : Steps, 100],
        _ => [],
    };

    /// <summary>How long each weight is held.</summary>
    [JsonIgnore]
    internal TimeSpan HoldTime => TimeSpan.FromSeconds(Hold ?? 30);
}
