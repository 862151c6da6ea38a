namespace Portal.Core.Data;

/// <summary>The key to one tenant's data, or (explicitly) to all of it. Nothing reads or writes the database without one.</summary>
public sealed record TenantContext
{
    private TenantContext(Guid? teamId) => TeamId = teamId;

    /// <summary>The team whose rows are visible; null in the platform scope.</summary>
    public Guid? TeamId { get; }

    /// <summary>The scope of one team.</summary>
    public static TenantContext ForTeam(Guid teamId) => new(teamId);

    /// <summary>Every tenant's rows: only for resolving memberships, receiving deliveries and the workers.</summary>
    internal static TenantContext Platform { get; } = new((Guid?)null);
}
