namespace Kube.ApiServer.Registry;

/// <summary>What a write left behind.</summary>
/// <param name="Json">The object as the client sees it.</param>
/// <param name="Created">Whether it is new.</param>
/// <param name="Removed">Whether it is gone.</param>
internal sealed record WrittenObject(ReadOnlyMemory<byte> Json, bool Created = false, bool Removed = false);
