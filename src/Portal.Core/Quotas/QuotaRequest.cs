namespace Portal.Core.Quotas;

/// <summary>A team's wish for another quota.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Team">The team's name.</param>
/// <param name="Wanted">The quota it asks for.</param>
/// <param name="Reason">Why.</param>
/// <param name="Author">Who asked.</param>
/// <param name="State">What came of it.</param>
/// <param name="DecidedBy">Who decided; null while nobody has.</param>
/// <param name="CreatedAt">When it was asked.</param>
public sealed record QuotaRequest(Guid Id, string Team, QuotaAmounts Wanted, string Reason, string Author, QuotaRequestState State, string? DecidedBy, DateTimeOffset CreatedAt);
