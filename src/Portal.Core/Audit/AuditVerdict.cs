namespace Portal.Core.Audit;

/// <summary>What a walk over a team's chain found.</summary>
/// <param name="Intact">Whether every hash and every checkpoint fits.</param>
/// <param name="Acts">How many acts the chain has.</param>
/// <param name="Checkpoints">How many signed checkpoints were compared.</param>
/// <param name="Head">The last hash in lower-case hex; empty when there is none.</param>
/// <param name="Fault">Where it does not fit, as one sentence; empty when intact.</param>
public sealed record AuditVerdict(bool Intact, long Acts, int Checkpoints, string Head, string Fault);
