using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>A command that must succeed with a release's image, configuration and secrets before its instances replace the former ones, for example a schema migration.</summary>
public sealed record ReleaseCommandSpec
{
    /// <summary>The command.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>A name of <see cref="SizeTable"/>; <c>small</c> when left out.</summary>
    public string? Size { get; init; }

    /// <summary>Seconds it may take, 1 to 3600; 300 when left out.</summary>
    public int? Timeout { get; init; }
}
