namespace Portal.Core.Apps;

/// <summary>A range of instances, and the load that decides where in it. At least one of the loads is given.</summary>
public sealed record AutoscaleSpec
{
    /// <summary>Instances at least, 1 to 100.</summary>
    public required int Min { get; init; }

    /// <summary>Instances at most, 1 to 100 and not below <see cref="Min"/>.</summary>
    public required int Max { get; init; }

    /// <summary>The CPU to keep to, in percent of what the size sets aside, 1 to 400.</summary>
    public int? Cpu { get; init; }

    /// <summary>The memory to keep to, in percent of what the size sets aside, 1 to 100.</summary>
    public int? Memory { get; init; }

    /// <summary>The requests a second to keep to, for each instance, as the ingress counts them, 1 to 100,000.</summary>
    public int? Requests { get; init; }
}
