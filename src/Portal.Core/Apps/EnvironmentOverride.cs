using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>What differs in one environment. A field left out keeps the base; maps are merged by key, lists are replaced.</summary>
public sealed record EnvironmentOverride
{
    /// <summary>Another image.</summary>
    public string? Image { get; init; }

    /// <summary>Fields of processes to replace, and additional processes.</summary>
    public ImmutableSortedDictionary<string, ProcessSpec> Processes { get; init; } = ImmutableSortedDictionary<string, ProcessSpec>.Empty;

    /// <summary>Variables to add or replace.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The secrets' names instead of the base's.</summary>
    public ImmutableArray<string>? Secrets { get; init; }

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
            Env = spec.Env.SetItems(Env),
            Secrets = Secrets ?? spec.Secrets,
            Domains = Domains ?? spec.Domains,
        };
    }

    private static ProcessSpec Over(ProcessSpec process, ProcessSpec changes) => new()
    {
        Port = changes.Port ?? process.Port,
        Replicas = changes.Replicas ?? process.Replicas,
        Size = changes.Size ?? process.Size,
        Health = changes.Health ?? process.Health,
        Command = changes.Command.IsDefaultOrEmpty ? process.Command : changes.Command,
        Args = changes.Args.IsDefaultOrEmpty ? process.Args : changes.Args,
    };
}
