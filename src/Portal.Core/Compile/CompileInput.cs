using System.Collections.Immutable;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Everything the objects of an app follow from.</summary>
internal sealed record CompileInput
{
    public required string Team { get; init; }

    public required string Project { get; init; }

    public required string Environment { get; init; }

    public required string Namespace { get; init; }

    public required string App { get; init; }

    public required int Release { get; init; }

    /// <summary>The release since which instances have not had to be replaced.</summary>
    public required int InstanceRelease { get; init; }

    public required AppSpec Spec { get; init; }

    /// <summary>The default host.</summary>
    public required string Host { get; init; }

    public ImmutableSortedDictionary<string, int> SecretVersions { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    public ImmutableSortedDictionary<string, Sensitive> SecretValues { get; init; } = ImmutableSortedDictionary<string, Sensitive>.Empty;
}
