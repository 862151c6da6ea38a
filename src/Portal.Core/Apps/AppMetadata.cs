namespace Portal.Core.Apps;

/// <summary>Which app a declaration is about.</summary>
public sealed record AppMetadata
{
    /// <summary>The team's name; may be left out where the address already says it.</summary>
    public string? Team { get; init; }

    /// <summary>The project's name; may be left out where the address already says it.</summary>
    public string? Project { get; init; }

    /// <summary>The app's name: lower-case letters, digits and hyphens, at most 30.</summary>
    public required string Name { get; init; }
}
