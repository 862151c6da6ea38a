namespace Kube.ApiServer.Storage;

/// <summary>One committed change, in revision order. Shared by every watcher.</summary>
/// <param name="Revision">The revision of the change; revisions are contiguous over all resources.</param>
/// <param name="Key">Identity.</param>
/// <param name="Object">The new version; null for a delete.</param>
/// <param name="Previous">The version before, needed for selector transitions; null for a create.</param>
/// <param name="Deleted">For a delete, the last state carrying the deleting revision; else null.</param>
internal sealed record StoreEvent(long Revision, ObjectKey Key, StoredObject? Object, StoredObject? Previous, StoredObject? Deleted);
