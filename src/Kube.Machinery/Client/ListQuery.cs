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

    /// <summary>For a list: at most so many objects.</summary>
    public int? Limit { get; init; }

    /// <summary>For a watch: start behind this version.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>For a watch: the server ends the stream after this time, rounded down to seconds.</summary>
    public TimeSpan? Timeout { get; init; }
}
