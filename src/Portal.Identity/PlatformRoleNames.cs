namespace Portal.Identity;

/// <summary>The platform roles as they stand in the database and in claims.</summary>
public static class PlatformRoleNames
{
    /// <summary>Runs the installation; sees no tenant's secrets by default.</summary>
    public const string PlatformAdmin = "PlatformAdmin";

    /// <summary>Registers, cordons, drains and labels nodes.</summary>
    public const string NodeOperator = "NodeOperator";

    /// <summary>Sets the quotas of teams.</summary>
    public const string QuotaManager = "QuotaManager";

    /// <summary>Reads the audit trail of the platform.</summary>
    public const string PlatformAuditor = "PlatformAuditor";

    /// <summary>All four, in the order above.</summary>
    public static IReadOnlyList<string> All { get; } = [PlatformAdmin, NodeOperator, QuotaManager, PlatformAuditor];
}
