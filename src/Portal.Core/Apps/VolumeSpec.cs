namespace Portal.Core.Apps;

/// <summary>Storage that outlives instances, releases and, for a period, the app itself.</summary>
public sealed record VolumeSpec
{
    /// <summary>How much, as <c>512Mi</c> or <c>10Gi</c>; cannot change once the volume exists.</summary>
    public required string Size { get; init; }
}
