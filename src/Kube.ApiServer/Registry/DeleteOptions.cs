namespace Kube.ApiServer.Registry;

/// <summary>How an object is deleted.</summary>
/// <param name="GraceSeconds">Seconds to keep it; null for its own default.</param>
/// <param name="Propagation"><c>Background</c>, <c>Foreground</c>, <c>Orphan</c>, or null for the default.</param>
/// <param name="Uid">Only an object of this uid.</param>
/// <param name="ResourceVersion">Only at this version.</param>
internal sealed record DeleteOptions(long? GraceSeconds, string? Propagation, string? Uid, string? ResourceVersion);
