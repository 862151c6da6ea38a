using Portal.Host.Postgres;
using Portal.Migrations;

namespace Portal.Host.Composition;

/// <summary>Brings the product's database to this build's schema; the Kubernetes store brings its own as it starts.</summary>
internal static class Schema
{
    /// <summary>Runs all pending migrations as the owner of the database.</summary>
    public static Task MigrateAsync(PostgresCluster postgres, CancellationToken cancellationToken) =>
        PortalMigrations.MigrateAsync(postgres.ConnectionString("portal_owner", "portal", pool: 2), cancellationToken);
}
