using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Portal.Core.Data;

namespace Portal.Migrations.Core;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model. Never connects.</summary>
internal sealed class PortalDbContextDesign : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<PortalDbContext>()
            .UseNpgsql("Host=/nonexistent", npgsql => npgsql.MigrationsAssembly("Portal.Migrations").MigrationsHistoryTable("migrations", PortalDbContext.Schema))
            .Options,
        TenantContext.ForTeam(Guid.Empty));
}
