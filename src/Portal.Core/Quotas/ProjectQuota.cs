namespace Portal.Core.Quotas;

/// <summary>What a project may have of its team's quota, and uses.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Limits">What it may have; null where only the team's quota holds.</param>
/// <param name="Used">What its apps ask for.</param>
public sealed record ProjectQuota(string Project, QuotaAmounts? Limits, QuotaAmounts Used);
