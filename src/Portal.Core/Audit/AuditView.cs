namespace Portal.Core.Audit;

/// <summary>One audited act.</summary>
/// <param name="Id">Ascending over all teams.</param>
/// <param name="Sequence">Its place in the team's chain, from 1; null when it is older than the chain.</param>
/// <param name="At">When.</param>
/// <param name="Actor">The address of who acted.</param>
/// <param name="Action">The verb, for example <c>app.scale</c>.</param>
/// <param name="Target">What it was about, as a scope path.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">Further words; never a secret.</param>
/// <param name="Hash">Its hash in the chain, in lower-case hex.</param>
public sealed record AuditView(long Id, long? Sequence, DateTimeOffset At, string Actor, string Action, string Target, AuditOutcome Outcome, string Detail, string? Hash);
