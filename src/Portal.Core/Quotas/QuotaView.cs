namespace Portal.Core.Quotas;

/// <summary>A team's quota and what it uses of it.</summary>
/// <param name="Limits">What the team may have.</param>
/// <param name="Used">What its apps ask for.</param>
/// <param name="Projects">The same by project.</param>
/// <param name="Requests">Its wishes for another quota, the newest first.</param>
public sealed record QuotaView(QuotaAmounts Limits, QuotaAmounts Used, IReadOnlyList<ProjectQuota> Projects, IReadOnlyList<QuotaRequest> Requests);
