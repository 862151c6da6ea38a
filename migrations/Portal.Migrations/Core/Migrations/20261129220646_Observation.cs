using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Portal.Migrations.Core.Migrations
{
    /// <inheritdoc />
    public partial class Observation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "sequence",
                schema: "portal",
                table: "audit",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_checkpoints",
                schema: "portal",
                columns: table => new
                {
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    signature = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_checkpoints", x => new { x.team_id, x.sequence });
                });

            migrationBuilder.CreateTable(
                name: "metric_points",
                schema: "portal",
                columns: table => new
                {
                    app_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    instances = table.Column<int>(type: "integer", nullable: false),
                    restarts = table.Column<int>(type: "integer", nullable: false),
                    cpu_millis = table.Column<int>(type: "integer", nullable: true),
                    memory_bytes = table.Column<long>(type: "bigint", nullable: true),
                    requests = table.Column<float>(type: "real", nullable: true),
                    errors = table.Column<float>(type: "real", nullable: true),
                    latency_median = table.Column<float>(type: "real", nullable: true),
                    latency_p95 = table.Column<float>(type: "real", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_metric_points", x => new { x.app_id, x.at });
                    table.ForeignKey(
                        name: "FK_metric_points_apps_app_id",
                        column: x => x.app_id,
                        principalSchema: "portal",
                        principalTable: "apps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "notification_channels",
                schema: "portal",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: true),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    target = table.Column<byte[]>(type: "bytea", nullable: false),
                    shown = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    secret = table.Column<byte[]>(type: "bytea", nullable: true),
                    events = table.Column<string[]>(type: "text[]", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    failing_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    disabled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    disabled_reason = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notification_channels", x => x.id);
                    table.ForeignKey(
                        name: "FK_notification_channels_projects_project_id",
                        column: x => x.project_id,
                        principalSchema: "portal",
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_notification_channels_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "portal",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "occurrences",
                schema: "portal",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    type = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    release = table.Column<int>(type: "integer", nullable: true),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    processed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_occurrences", x => x.id);
                    table.ForeignKey(
                        name: "FK_occurrences_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "portal",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "notifications",
                schema: "portal",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    channel_id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    release = table.Column<int>(type: "integer", nullable: true),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_status = table.Column<int>(type: "integer", nullable: true),
                    last_error = table.Column<string>(type: "text", nullable: false),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notifications", x => x.id);
                    table.ForeignKey(
                        name: "FK_notifications_notification_channels_channel_id",
                        column: x => x.channel_id,
                        principalSchema: "portal",
                        principalTable: "notification_channels",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_audit_team_id_sequence",
                schema: "portal",
                table: "audit",
                columns: new[] { "team_id", "sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_metric_points_at",
                schema: "portal",
                table: "metric_points",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_notification_channels_project_id",
                schema: "portal",
                table: "notification_channels",
                column: "project_id");

            migrationBuilder.CreateIndex(
                name: "IX_notification_channels_team_id_name",
                schema: "portal",
                table: "notification_channels",
                columns: new[] { "team_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_notifications_channel_id_id",
                schema: "portal",
                table: "notifications",
                columns: new[] { "channel_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_pending",
                schema: "portal",
                table: "notifications",
                column: "next_at",
                filter: "state = 'Pending'");

            migrationBuilder.CreateIndex(
                name: "IX_occurrences_team_id_id",
                schema: "portal",
                table: "occurrences",
                columns: new[] { "team_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_occurrences_unprocessed",
                schema: "portal",
                table: "occurrences",
                column: "id",
                filter: "processed_at IS NULL");

            // The role's grants name tables, so new ones need theirs; the checkpoints can only be added to.
            migrationBuilder.Sql(
                """
                CREATE TRIGGER audit_checkpoints_are_append_only BEFORE UPDATE OR DELETE ON portal.audit_checkpoints FOR EACH ROW EXECUTE FUNCTION portal.refuse_update();
                CREATE FUNCTION portal.note_rollout() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO portal.occurrences (team_id, scope, type, message, release, at)
                    SELECT NEW.team_id, team.name || '/' || project.name || '/' || environment.name || '/' || app.name, 'rollout.' || lower(NEW.state), NEW.message, NEW.number, NEW.updated_at
                    FROM portal.apps app
                    JOIN portal.environments environment ON environment.id = app.environment_id
                    JOIN portal.projects project ON project.id = environment.project_id
                    JOIN portal.teams team ON team.id = app.team_id
                    WHERE app.id = NEW.app_id;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER rollouts_are_noted AFTER UPDATE OF state ON portal.rollouts FOR EACH ROW
                    WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.state NOT IN ('Queued', 'Applying', 'Rolling')) EXECUTE FUNCTION portal.note_rollout();
                """);
            foreach (var table in new[] { "audit_checkpoints", "metric_points", "occurrences", "notification_channels", "notifications" })
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
                        GRANT SELECT, INSERT, UPDATE, DELETE ON portal.metric_points, portal.occurrences, portal.notification_channels, portal.notifications TO portal_app;
                        GRANT SELECT, INSERT ON portal.audit_checkpoints TO portal_app;
                        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA portal TO portal_app;
                        GRANT EXECUTE ON FUNCTION portal.note_rollout() TO portal_app;
                    END IF;
                END $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER rollouts_are_noted ON portal.rollouts; DROP FUNCTION portal.note_rollout();");
            migrationBuilder.DropTable(
                name: "audit_checkpoints",
                schema: "portal");

            migrationBuilder.DropTable(
                name: "metric_points",
                schema: "portal");

            migrationBuilder.DropTable(
                name: "notifications",
                schema: "portal");

            migrationBuilder.DropTable(
                name: "occurrences",
                schema: "portal");

            migrationBuilder.DropTable(
                name: "notification_channels",
                schema: "portal");

            migrationBuilder.DropIndex(
                name: "IX_audit_team_id_sequence",
                schema: "portal",
                table: "audit");

            migrationBuilder.DropColumn(
                name: "sequence",
                schema: "portal",
                table: "audit");
        }
    }
}
