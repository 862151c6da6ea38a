namespace Portal.Core.Apps;

/// <summary>How to tell that an instance can serve: an HTTP GET that must answer 200 to 399.</summary>
public sealed record HealthSpec
{
    /// <summary>The path, beginning with <c>/</c>.</summary>
    public required string Path { get; init; }
}
