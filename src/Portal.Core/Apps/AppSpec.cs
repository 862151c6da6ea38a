using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>What an app runs.</summary>
public sealed record AppSpec
{
    /// <summary>The image reference: <c>[host[:port]/]path[:tag][@sha256:…]</c>.</summary>
    public required string Image { get; init; }

    /// <summary>The processes by name; <c>web</c> is the one that answers at the app's domains.</summary>
    public ImmutableSortedDictionary<string, ProcessSpec> Processes { get; init; } = ImmutableSortedDictionary<string, ProcessSpec>.Empty;

    /// <summary>A command that must succeed before a release's instances replace the former ones.</summary>
    public ReleaseCommandSpec? Release { get; init; }

    /// <summary>How a release takes the place of the one before.</summary>
    public RolloutSpec? Rollout { get; init; }

    /// <summary>Environment variables of all processes. <c>${app.host}</c>, <c>${app.port}</c> and <c>${app.url}</c> stand for where another app of the environment answers.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Names of secrets; each is an environment variable whose value is set apart from the declaration and never shown.</summary>
    public ImmutableArray<string> Secrets { get; init; } = [];

    /// <summary>The app's volumes by name.</summary>
    public ImmutableSortedDictionary<string, VolumeSpec> Volumes { get; init; } = ImmutableSortedDictionary<string, VolumeSpec>.Empty;

    /// <summary>Host names at which the <c>web</c> process answers besides the app's default one.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];
}
