using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Portal.Core.Apps;

/// <summary>One process of an app: one that stays, or with a <see cref="Schedule"/> one that comes and goes.</summary>
public sealed record ProcessSpec
{
    /// <summary>The TCP port it listens on, 1 to 65535; required for <c>web</c>, optional for the others.</summary>
    public int? Port { get; init; }

    /// <summary>How many instances, 0 to 100; 1 when left out.</summary>
    public int? Replicas { get; init; }

    /// <summary>A range instead of a fixed number of instances.</summary>
    public AutoscaleSpec? Autoscale { get; init; }

    /// <summary>A name of <see cref="SizeTable"/>; <c>small</c> when left out.</summary>
    public string? Size { get; init; }

    /// <summary>How to tell that an instance can serve.</summary>
    public HealthSpec? Health { get; init; }

    /// <summary>The command instead of the image's entry point.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The arguments instead of the image's.</summary>
    public ImmutableArray<string> Args { get; init; } = [];

    /// <summary>By name of a volume of the app, the absolute path it is mounted at.</summary>
    public ImmutableSortedDictionary<string, string> Mounts { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>When it runs, as five fields of cron or one of <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>; null for a process that stays.</summary>
    public string? Schedule { get; init; }

    /// <summary>The time zone of the schedule, by its IANA name; UTC when left out.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What happens when a run is due while the one before goes on: <c>forbid</c> (left out), <c>allow</c> or <c>replace</c>.</summary>
    public string? Overlap { get; init; }

    /// <summary>Whether it comes and goes by a schedule.</summary>
    [JsonIgnore]
    public bool IsCron => Schedule is not null;

    /// <summary>How many instances it has at least: none for one that comes and goes.</summary>
    [JsonIgnore]
    public int Least => IsCron ? 0 : Autoscale?.Min ?? Replicas ?? 1;

    /// <summary>How many instances it has at most, the one of a scheduled run included.</summary>
    [JsonIgnore]
    public int Most => IsCron ? 1 : Autoscale?.Max ?? Replicas ?? 1;
}
