using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Core.Data;

namespace Portal.Migrations.Core.Migrations;

/// <summary>Row-level security and the run-time role's grants for the tables of the migration before.</summary>
[DbContext(typeof(PortalDbContext))]
[Migration("20261129222350_VolumesFreezesApprovalsSecurity")]
public sealed class VolumesFreezesApprovalsSecurity : Migration
{
    private static readonly string[] TenantTables = ["volumes", "freezes", "project_quotas", "quota_requests"];

    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        foreach (var table in TenantTables)
        {
            migrationBuilder.Sql(
                $"""
                ALTER TABLE portal.{table} ENABLE ROW LEVEL SECURITY;
                ALTER TABLE portal.{table} FORCE ROW LEVEL SECURITY;
                CREATE POLICY tenant ON portal.{table}
                    USING (team_id = portal.current_team() OR portal.is_platform()) WITH CHECK (team_id = portal.current_team() OR portal.is_platform());
                DO $$ BEGIN
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
                        GRANT SELECT, INSERT, UPDATE, DELETE ON portal.{table} TO portal_app;
                    END IF;
                END $$;
                """);
        }
    }
}
