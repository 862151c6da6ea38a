namespace Kube.ApiServer.Storage;

/// <summary>What a write does.</summary>
internal enum WriteKind
{
    /// <summary>The key must not exist.</summary>
    Create,

    /// <summary>The key must exist at <see cref="Write.ExpectedRevision"/>.</summary>
    Update,

    /// <summary>The key must exist at <see cref="Write.ExpectedRevision"/>; it is removed.</summary>
    Delete,
}

/// <summary>One compare-and-swap handed to the store.</summary>
/// <param name="Kind">Create, update or delete.</param>
/// <param name="Key">Identity.</param>
/// <param name="ExpectedRevision">The revision the caller read; ignored for a create.</param>
/// <param name="Json">
/// The object as UTF-8 JSON <b>without</b> <c>metadata.resourceVersion</c>; for a delete, the last state to show watchers.
/// Its property <c>metadata</c> must be an object and not be empty: the store splices the revision in right behind its opening brace.
/// </param>
/// <param name="Labels">The object's labels.</param>
internal sealed record Write(WriteKind Kind, ObjectKey Key, long ExpectedRevision, ReadOnlyMemory<byte> Json, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The leader's term the write belongs to; null for a writer that is not elected.</summary>
    public WriteFence? Fence { get; init; }
}

/// <summary>How a write ended.</summary>
internal enum WriteOutcome
{
    /// <summary>Durable: the transaction that holds it has committed.</summary>
    Committed,

    /// <summary>A create found the key taken.</summary>
    AlreadyExists,

    /// <summary>An update or delete found another revision.</summary>
    Conflict,

    /// <summary>An update or delete found nothing.</summary>
    NotFound,

    /// <summary>The leader's term the write belongs to is over.</summary>
    Fenced,
}

/// <summary>The answer to a write.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Object">The version written (for a delete the last state at the deleting revision), or the version found in the way (for a fenced one the Lease); null when nothing was found.</param>
internal sealed record WriteResult(WriteOutcome Outcome, StoredObject? Object);
