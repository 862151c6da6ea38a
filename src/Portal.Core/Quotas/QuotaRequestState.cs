namespace Portal.Core.Quotas;

/// <summary>What came of a team's wish for another quota.</summary>
public enum QuotaRequestState
{
    /// <summary>Nobody has decided yet.</summary>
    Open,

    /// <summary>The quota is as was asked.</summary>
    Granted,

    /// <summary>The quota stays.</summary>
    Denied,
}
