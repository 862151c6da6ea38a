using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Portal.Core.Apps;

/// <summary>How to tell that an instance can serve: exactly one of an HTTP path, a TCP port and a command.</summary>
public sealed record HealthSpec
{
    /// <summary>An HTTP GET of this path at the process's port must answer 200 to 399; begins with <c>/</c>.</summary>
    public string? Path { get; init; }

    /// <summary>A connection to this TCP port must succeed.</summary>
    public int? Tcp { get; init; }

    /// <summary>This command in the container must end with 0.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Seconds an instance may take to start before a failing check counts, 0 to 3600.</summary>
    public int? StartPeriod { get; init; }

    /// <summary>Seconds from check to check, 1 to 300; 1 when left out.</summary>
    public int? Interval { get; init; }

    /// <summary>Seconds a check may take, 1 to 60; 2 when left out.</summary>
    public int? Timeout { get; init; }

    /// <summary>Whether an instance that fails ten checks in a row is started anew, rather than only left out of the traffic.</summary>
    public bool? Restart { get; init; }

    /// <summary>How many of the ways to check are given.</summary>
    [JsonIgnore]
    internal int Ways => (Path is null ? 0 : 1) + (Tcp is null ? 0 : 1) + (Command.IsDefaultOrEmpty ? 0 : 1);
}
