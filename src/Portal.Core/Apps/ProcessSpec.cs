using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>One process of an app.</summary>
public sealed record ProcessSpec
{
    /// <summary>The TCP port it listens on, 1 to 65535; required for <c>web</c>, optional for the others.</summary>
    public int? Port { get; init; }

    /// <summary>How many instances, 0 to 100; 1 when left out.</summary>
    public int? Replicas { get; init; }

    /// <summary>A name of <see cref="SizeTable"/>; <c>small</c> when left out.</summary>
    public string? Size { get; init; }

    /// <summary>How to tell that an instance can serve.</summary>
    public HealthSpec? Health { get; init; }

    /// <summary>The command instead of the image's entry point.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The arguments instead of the image's.</summary>
    public ImmutableArray<string> Args { get; init; } = [];
}
