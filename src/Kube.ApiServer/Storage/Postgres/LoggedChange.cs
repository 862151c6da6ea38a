namespace Kube.ApiServer.Storage.Postgres;

/// <summary>A row of the log, decrypted.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Version">The version written; for a delete the last state, at the deleting revision.</param>
internal sealed record LoggedChange(WriteKind Kind, StoredObject Version);
