namespace Kube.ApiServer.Storage;

/// <summary>One committed version of an object. Immutable; the bytes are shared by every reader.</summary>
/// <param name="Key">Identity.</param>
/// <param name="Revision">The revision that wrote this version: its <c>metadata.resourceVersion</c>.</param>
/// <param name="CreateRevision">The revision that created the object.</param>
/// <param name="Json">The whole object as UTF-8 JSON, <c>metadata.resourceVersion</c> included.</param>
/// <param name="Labels">The object's labels, parsed once.</param>
internal sealed record StoredObject(ObjectKey Key, long Revision, long CreateRevision, ReadOnlyMemory<byte> Json, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>What tells quickly that a selector cannot match.</summary>
    public LabelDigest Digest { get; } = LabelDigest.Of(Labels);
}
