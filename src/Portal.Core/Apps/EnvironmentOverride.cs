using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>What differs in one environment. A field left out keeps the base; maps are merged by key, lists are replaced.</summary>
public sealed record EnvironmentOverride
{
    /// <summary>Another image.</summary>
    public string? Image { get; init; }

    /// <summary>Fields of processes to replace, and additional processes.</summary>
    public ImmutableSortedDictionary<string, ProcessSpec> Processes { get; init; } = ImmutableSortedDictionary<string, ProcessSpec>.Empty;

    /// <summary>Fields of the release command to replace.</summary>
    public ReleaseCommandSpec? Release { get; init; }

    /// <summary>Fields of the rollout to replace.</summary>
    public RolloutSpec? Rollout { get; init; }

    /// <summary>Variables to add or replace.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The secrets' names instead of the base's.</summary>
    public ImmutableArray<string>? Secrets { get; init; }

    /// <summary>Volumes to add or replace.</summary>
    public ImmutableSortedDictionary<string, VolumeSpec> Volumes { get; init; } = ImmutableSortedDictionary<string, VolumeSpec>.Empty;

    /// <summary>The domains instead of the base's.</summary>
    public ImmutableArray<string>? Domains { get; init; }

    /// <summary>Lays these differences over a base.</summary>
    public AppSpec Over(AppSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var processes = spec.Processes;
        foreach (var (name, changes) in Processes)
        {
            processes = processes.SetItem(name, processes.TryGetValue(name, out var process) ? Over(process, changes) : changes);
        }

        return spec with
        {
            Image = Image ?? spec.Image,
            Processes = processes,
            Release = spec.Release is { } command && Release is { } other ? Over(command, other) : Release ?? spec.Release,
            Rollout = spec.Rollout is { } rollout && Rollout is { } another ? Over(rollout, another) : Rollout ?? spec.Rollout,
            Env = spec.Env.SetItems(Env),
            Secrets = Secrets ?? spec.Secrets,
            Volumes = spec.Volumes.SetItems(Volumes),
            Domains = Domains ?? spec.Domains,
        };
    }

    private static ProcessSpec Over(ProcessSpec process, ProcessSpec changes) => new()
    {
        Port = changes.Port ?? process.Port,
        // A number and a range are two answers to one question: the one given here takes the place of the other.
        Replicas = changes.Replicas ?? (changes.Autoscale is null ? process.Replicas : null),
        Autoscale = changes.Autoscale ?? (changes.Replicas is null ? process.Autoscale : null),
        Size = changes.Size ?? process.Size,
        Health = changes.Health ?? process.Health,
        Command = Given(changes.Command, process.Command),
        Args = Given(changes.Args, process.Args),
        Mounts = process.Mounts.SetItems(changes.Mounts),
        Schedule = changes.Schedule ?? process.Schedule,
        TimeZone = changes.TimeZone ?? process.TimeZone,
        Overlap = changes.Overlap ?? process.Overlap,
    };

    private static ReleaseCommandSpec Over(ReleaseCommandSpec command, ReleaseCommandSpec changes) => new()
    {
        Command = Given(changes.Command, command.Command),
        Size = changes.Size ?? command.Size,
        Timeout = changes.Timeout ?? command.Timeout,
    };

    private static RolloutSpec Over(RolloutSpec rollout, RolloutSpec changes) => new()
    {
        Strategy = changes.Strategy ?? rollout.Strategy,
        Steps = Given(changes.Steps, rollout.Steps),
        Hold = changes.Hold ?? rollout.Hold,
        Deadline = changes.Deadline ?? rollout.Deadline,
        Recover = changes.Recover ?? rollout.Recover,
    };

    private static ImmutableArray<T> Given<T>(ImmutableArray<T> changes, ImmutableArray<T> former) => changes.IsDefaultOrEmpty ? former : changes;
}
