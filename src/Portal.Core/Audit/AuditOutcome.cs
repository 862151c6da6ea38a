namespace Portal.Core.Audit;

/// <summary>What came of an audited act.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>The actor lacked the right.</summary>
    Denied,
}
