namespace Portal.Core.Results;

/// <summary>The value of a use case that yields nothing but success.</summary>
public readonly record struct Unit
{
    /// <summary>The only value.</summary>
    public static Unit Value => default;
}
