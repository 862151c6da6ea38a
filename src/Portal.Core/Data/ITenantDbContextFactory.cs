namespace Portal.Core.Data;

/// <summary>The only source of database contexts. Asks for the tenant first.</summary>
internal interface ITenantDbContextFactory
{
    /// <summary>Opens a transaction that sees the tenant's rows and no others, by query filter and by row-level security.</summary>
    Task<PortalDbContext> CreateAsync(TenantContext tenant, CancellationToken cancellationToken);
}
