namespace Kube.ApiServer.Storage;

/// <summary>
/// The batch being built: decides each compare-and-swap on the head and the writes decided before it, and numbers the changes.
/// Used by the writer alone.
/// </summary>
internal sealed class OpenBatch(Head head)
{
    private readonly Dictionary<ObjectKey, StoredObject?> _changed = [];
    private readonly List<StoreEvent> _events = [];
    private readonly List<WriteRequest> _requests = [];
    private readonly Dictionary<WriteFence, (StoredObject? Lease, bool Holds)> _fences = [];

    /// <summary>The changes so far, contiguous behind the head.</summary>
    public IReadOnlyList<StoreEvent> Events => _events;

    /// <summary>The writes to answer once the batch has committed; those that were refused only, once it is sure that nobody else leads.</summary>
    public IReadOnlyList<WriteRequest> Requests => _requests;

    /// <summary>The size of the new versions in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>True when some write in it must not wait.</summary>
    public bool IsUrgent { get; private set; }

    /// <summary>
    /// Decides a write and takes it in. None is answered here: what a refused one lost against may not be committed yet, and the head it
    /// was decided on may not be the newest one any more.
    /// </summary>
    public void Add(WriteRequest request)
    {
        if (request.IsAbandoned) return;
        var (write, key) = (request.Write, request.Write.Key);
        if (write.Fence is { } fence && !Holds(fence))
        {
            request.Result = new WriteResult(WriteOutcome.Fenced, Find(fence.Lease));
            _requests.Add(request);
            return;
        }

        var current = Find(key);
        var refusal = (write.Kind, current) switch
        {
            (WriteKind.Create, null) => (WriteOutcome?)null,
            (WriteKind.Create, _) => WriteOutcome.AlreadyExists,
            (_, null) => WriteOutcome.NotFound,
            _ => current.Revision == write.ExpectedRevision ? null : WriteOutcome.Conflict,
        };
        if (refusal is { } outcome)
        {
            request.Result = new WriteResult(outcome, current);
            _requests.Add(request);
            return;
        }

        var revision = head.Revision + _events.Count + 1;
        var json = ObjectDocument.WithRevision(write.Json.Span, request.MetadataOffset, revision);
        var version = new StoredObject(key, revision, current?.CreateRevision ?? revision, json, write.Labels);
        var deleted = write.Kind == WriteKind.Delete;
        _events.Add(deleted ? new StoreEvent(revision, key, null, current, version) : new StoreEvent(revision, key, version, current, null));
        _changed[key] = deleted ? null : version;
        Bytes += json.Length;
        request.Result = new WriteResult(WriteOutcome.Committed, version);
        _requests.Add(request);
        IsUrgent |= request.Urgency == Urgency.Now;
    }

    /// <summary>Hands out the answers.</summary>
    public void Complete()
    {
        foreach (var request in _requests) request.Complete(request.Result!);
    }

    /// <summary>Hands out a failure to everybody who waits.</summary>
    public void Fail(StoreUnavailableException exception)
    {
        foreach (var request in _requests) request.Fail(exception);
    }

    private StoredObject? Find(ObjectKey key) => _changed.TryGetValue(key, out var changed) ? changed : head.Find(key);

    // A controller's writes come by the hundred and name one Lease: its version is read once.
    private bool Holds(WriteFence fence)
    {
        var lease = Find(fence.Lease);
        if (_fences.TryGetValue(fence, out var known) && ReferenceEquals(known.Lease, lease)) return known.Holds;
        var holds = fence.HoldsBy(lease);
        _fences[fence] = (lease, holds);
        return holds;
    }
}
