using Microsoft.EntityFrameworkCore.Design;
using Portal.Identity.Persistence;

namespace Portal.Migrations.Identity;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model. Never connects.</summary>
internal sealed class IdentityDbContextDesign : IDesignTimeDbContextFactory<IdentityDbContext>
{
    public IdentityDbContext CreateDbContext(string[] args) => IdentityDbContext.ForMigrations("Host=/nonexistent");
}
