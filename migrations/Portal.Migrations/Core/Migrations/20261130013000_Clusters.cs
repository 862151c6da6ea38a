using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Core.Data;

namespace Portal.Migrations.Core.Migrations;

/// <summary>Clusters by kubeconfig, and the one an environment targets. What belongs to the platform can be seen in every tenant's context and changed in none.</summary>
[DbContext(typeof(PortalDbContext))]
[Migration("20261130013000_Clusters")]
public sealed class Clusters : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.CreateTable(
            name: "clusters",
            schema: "portal",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                team_id = table.Column<Guid>(type: "uuid", nullable: true),
                name = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                server = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                credentials = table.Column<byte[]>(type: "bytea", nullable: false),
                revision = table.Column<int>(type: "integer", nullable: false),
                ingress_class = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: true),
                version = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                problem = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                missing = table.Column<string[]>(type: "text[]", nullable: false),
                has_placement = table.Column<bool>(type: "boolean", nullable: false),
                has_usage = table.Column<bool>(type: "boolean", nullable: false),
                checked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                heard_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_clusters", x => x.id);
                table.ForeignKey(
                    name: "FK_clusters_teams_team_id", column: x => x.team_id, principalSchema: "portal", principalTable: "teams", principalColumn: "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(name: "IX_clusters_team_id_name", schema: "portal", table: "clusters", columns: ["team_id", "name"], unique: true)
            .Annotation("Npgsql:NullsDistinct", false);
        migrationBuilder.AddColumn<Guid>(name: "cluster_id", schema: "portal", table: "environments", type: "uuid", nullable: true);
        migrationBuilder.CreateIndex(name: "IX_environments_cluster_id", schema: "portal", table: "environments", column: "cluster_id");
        migrationBuilder.AddForeignKey(
            name: "FK_environments_clusters_cluster_id", schema: "portal", table: "environments", column: "cluster_id", principalSchema: "portal", principalTable: "clusters", principalColumn: "id",
            onDelete: ReferentialAction.Restrict);
        migrationBuilder.Sql(
            """
            ALTER TABLE portal.clusters ENABLE ROW LEVEL SECURITY;
            ALTER TABLE portal.clusters FORCE ROW LEVEL SECURITY;
            CREATE POLICY tenant ON portal.clusters
                USING (team_id = portal.current_team() OR portal.is_platform()) WITH CHECK (team_id = portal.current_team() OR portal.is_platform());
            CREATE POLICY shared ON portal.clusters FOR SELECT USING (team_id IS NULL AND portal.current_team() IS NOT NULL);
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
                    GRANT SELECT, INSERT, UPDATE, DELETE ON portal.clusters TO portal_app;
                END IF;
            END $$;
            """);
    }
}
