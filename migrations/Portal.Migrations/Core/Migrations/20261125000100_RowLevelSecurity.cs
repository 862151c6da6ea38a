using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Core.Data;

namespace Portal.Migrations.Core.Migrations;

/// <summary>
/// Row-level security on every table, forced on the owner too; the run-time role's grants; and a trigger that keeps releases as they were made.
/// The settings portal.team and portal.scope are set for each transaction alone, so a pooled session carries nothing over.
/// </summary>
[DbContext(typeof(PortalDbContext))]
[Migration("20261125000100_RowLevelSecurity")]
public sealed class RowLevelSecurity : Migration
{
    private static readonly string[] TenantTables =
        ["members", "quotas", "projects", "environments", "apps", "secrets", "releases", "rollouts", "domains", "webhook_endpoints", "deliveries", "audit"];

    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql(
            """
            CREATE FUNCTION portal.current_team() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
                AS $$ SELECT nullif(current_setting('portal.team', true), '')::uuid $$;
            CREATE FUNCTION portal.is_platform() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
                AS $$ SELECT coalesce(current_setting('portal.scope', true), '') = 'platform' $$;
            CREATE FUNCTION portal.refuse_update() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'rows of % are immutable', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
            CREATE TRIGGER releases_are_immutable BEFORE UPDATE ON portal.releases FOR EACH ROW EXECUTE FUNCTION portal.refuse_update();
            CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON portal.audit FOR EACH ROW EXECUTE FUNCTION portal.refuse_update();
            ALTER TABLE portal.teams ENABLE ROW LEVEL SECURITY;
            ALTER TABLE portal.teams FORCE ROW LEVEL SECURITY;
            CREATE POLICY tenant ON portal.teams
                USING (id = portal.current_team() OR portal.is_platform()) WITH CHECK (id = portal.current_team() OR portal.is_platform());
            """);
        foreach (var table in TenantTables)
        {
            migrationBuilder.Sql(
                $"""
                ALTER TABLE portal.{table} ENABLE ROW LEVEL SECURITY;
                ALTER TABLE portal.{table} FORCE ROW LEVEL SECURITY;
                CREATE POLICY tenant ON portal.{table}
                    USING (team_id = portal.current_team() OR portal.is_platform()) WITH CHECK (team_id = portal.current_team() OR portal.is_platform());
                """);
        }

        migrationBuilder.Sql(
            """
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
                    GRANT USAGE ON SCHEMA portal TO portal_app;
                    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA portal TO portal_app;
                    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA portal TO portal_app;
                    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA portal TO portal_app;
                    REVOKE UPDATE, DELETE ON portal.audit, portal.migrations FROM portal_app;
                    REVOKE INSERT ON portal.migrations FROM portal_app;
                END IF;
            END $$;
            """);
    }
}
