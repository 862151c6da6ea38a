namespace Portal.Core.Observe;

/// <summary>What is kept of a cluster that is not the portal's own: only the environments' namespaces, and not without end.</summary>
/// <param name="IsKept">Whether a namespace's objects are kept.</param>
internal sealed record CacheBounds(Func<string, bool> IsKept)
{
    /// <summary>How many objects of one kind are kept; a cluster that has more counts as lost.</summary>
    public const int MostObjects = 20_000;

    /// <summary>How many objects a list asks for at a time.</summary>
    public const int PageSize = 500;
}
