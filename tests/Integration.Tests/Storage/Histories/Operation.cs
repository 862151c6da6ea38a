namespace Integration.Tests.Storage.Histories;

/// <summary>What a client did.</summary>
internal enum OperationKind
{
    Get,
    Create,
    Update,
    Delete,
}

/// <summary>How it ended, as the client saw it.</summary>
internal enum OperationResult
{
    Done,
    Exists,
    Conflict,
    NotFound,
    Unknown,
}

/// <summary>One operation on one key. Every write carries a value of its own, so that a read tells which write it saw; 0 is no object.</summary>
/// <param name="Client">Who.</param>
/// <param name="Kind">What.</param>
/// <param name="Key">On which object.</param>
/// <param name="Value">The value written, or for a read the value seen.</param>
/// <param name="Expected">The value that had to be there, for updates and deletes.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Revision">The revision of the write or of what was read; 0 when unknown.</param>
/// <param name="Invoked">When it began.</param>
/// <param name="Returned">When it ended; the end of time for an unknown result.</param>
internal sealed record Operation(int Client, OperationKind Kind, string Key, long Value, long Expected, OperationResult Result, long Revision, long Invoked, long Returned);
