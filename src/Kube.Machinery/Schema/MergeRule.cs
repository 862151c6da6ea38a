namespace Kube.Machinery.Schema;

/// <summary>How server-side apply and strategic merge treat one field.</summary>
public sealed record MergeRule
{
    /// <summary>Nothing special: structures and maps merge field by field, lists are replaced.</summary>
    public static MergeRule None { get; } = new();

    /// <summary>Server-side apply: the kind of list.</summary>
    public ListKind List { get; init; }

    /// <summary>Server-side apply: the key of a list map, in alphabetical order of its fields.</summary>
    public IReadOnlyList<ListKey> Keys { get; init; } = [];

    /// <summary>Server-side apply: a structure or map owned as a whole.</summary>
    public bool Atomic { get; init; }

    /// <summary>Strategic merge: list items merge instead of replacing the list.</summary>
    public bool PatchMerge { get; init; }

    /// <summary>Strategic merge: the key of a merged list of objects; null for a list of scalars.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>Strategic merge: a map is replaced as a whole.</summary>
    public bool PatchReplace { get; init; }
}
