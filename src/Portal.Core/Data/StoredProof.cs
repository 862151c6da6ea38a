namespace Portal.Core.Data;

/// <summary>What a look through a database of the product found.</summary>
/// <param name="Teams">Teams.</param>
/// <param name="Projects">Projects.</param>
/// <param name="Apps">Apps.</param>
/// <param name="Releases">Releases.</param>
/// <param name="SealedValues">Secrets, webhook secrets and channel targets that opened.</param>
/// <param name="Acts">Acts of the audit whose hashes fit.</param>
/// <param name="Checkpoints">Signed checkpoints that fit.</param>
/// <param name="Faults">What does not hold, each a sentence; empty when all does.</param>
public sealed record StoredProof(long Teams, long Projects, long Apps, long Releases, long SealedValues, long Acts, long Checkpoints, IReadOnlyList<string> Faults);
