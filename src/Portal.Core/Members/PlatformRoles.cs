namespace Portal.Core.Members;

/// <summary>Roles over the platform itself. None of them opens a tenant's secrets.</summary>
[Flags]
public enum PlatformRoles
{
    /// <summary>An ordinary account.</summary>
    None = 0,

    /// <summary>Accounts, settings, clusters, the list of teams.</summary>
    PlatformAdmin = 1,

    /// <summary>Register, cordon, drain and label nodes.</summary>
    NodeOperator = 2,

    /// <summary>Set team quotas.</summary>
    QuotaManager = 4,

    /// <summary>Read the platform's audit.</summary>
    PlatformAuditor = 8,
}
