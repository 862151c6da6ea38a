namespace Kube.Machinery.Client;

/// <summary>What to list or watch.</summary>
public sealed record ListQuery
{
    /// <summary>Everything.</summary>
    public static ListQuery All { get; } = new();

    /// <summary>Field selector, for instance <c>spec.nodeName=n1</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Label selector, for instance <c>app=web</c>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>For a list: the most objects wanted; null for all. What follows is not asked for.</summary>
    public int? Limit { get; init; }

    /// <summary>For a watch: start behind this version.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>For a watch: the server ends the stream after this time, rounded down to seconds.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>For a watch: objects come without <c>metadata.managedFields</c>, which costs less than reading them.</summary>
    public bool OmitManagedFields { get; init; }
}
