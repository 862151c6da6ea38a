using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Migrations.Core.Migrations
{
    /// <inheritdoc />
    public partial class VolumesFreezesApprovals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_rollouts_one_active_an_app",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.AlterColumn<string>(
                name: "name",
                schema: "portal",
                table: "secrets",
                type: "character varying(260)",
                maxLength: 260,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(128)",
                oldMaxLength: 128);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "decided_at",
                schema: "portal",
                table: "rollouts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "decided_by",
                schema: "portal",
                table: "rollouts",
                type: "character varying(320)",
                maxLength: 320,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "digest",
                schema: "portal",
                table: "rollouts",
                type: "character varying(600)",
                maxLength: 600,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "finished_at",
                schema: "portal",
                table: "rollouts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "recovery_due",
                schema: "portal",
                table: "rollouts",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "started_at",
                schema: "portal",
                table: "rollouts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "step",
                schema: "portal",
                table: "rollouts",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "step_since",
                schema: "portal",
                table: "rollouts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "plan",
                schema: "portal",
                table: "releases",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "promoted_from",
                schema: "portal",
                table: "releases",
                type: "character varying(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "trigger",
                schema: "portal",
                table: "releases",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "Console");

            migrationBuilder.AddColumn<bool>(
                name: "approvals",
                schema: "portal",
                table: "environments",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                schema: "portal",
                table: "environments",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "preview_key",
                schema: "portal",
                table: "environments",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "preview_of",
                schema: "portal",
                table: "environments",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "quota_pending",
                schema: "portal",
                table: "environments",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "freezes",
                schema: "portal",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    environment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    author = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false),
                    starts_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_freezes", x => x.id);
                    table.ForeignKey(
                        name: "FK_freezes_environments_environment_id",
                        column: x => x.environment_id,
                        principalSchema: "portal",
                        principalTable: "environments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "project_quotas",
                schema: "portal",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    apps = table.Column<int>(type: "integer", nullable: false),
                    instances = table.Column<int>(type: "integer", nullable: false),
                    cpu_millis = table.Column<int>(type: "integer", nullable: false),
                    memory_mebibytes = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_project_quotas", x => x.project_id);
                    table.ForeignKey(
                        name: "FK_project_quotas_projects_project_id",
                        column: x => x.project_id,
                        principalSchema: "portal",
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "quota_requests",
                schema: "portal",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    apps = table.Column<int>(type: "integer", nullable: false),
                    instances = table.Column<int>(type: "integer", nullable: false),
                    cpu_millis = table.Column<int>(type: "integer", nullable: false),
                    memory_mebibytes = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    author = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    decided_by = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_quota_requests", x => x.id);
                    table.ForeignKey(
                        name: "FK_quota_requests_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "portal",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "volumes",
                schema: "portal",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    environment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    app = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    name = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    size = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    claim = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kept_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_volumes", x => x.id);
                    table.ForeignKey(
                        name: "FK_volumes_environments_environment_id",
                        column: x => x.environment_id,
                        principalSchema: "portal",
                        principalTable: "environments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_rollouts_one_active_an_app",
                schema: "portal",
                table: "rollouts",
                column: "app_id",
                unique: true,
                filter: "state IN ('Queued', 'Releasing', 'Applying', 'Rolling', 'Shifting', 'Promoting')");

            migrationBuilder.CreateIndex(
                name: "ix_rollouts_recovery_due",
                schema: "portal",
                table: "rollouts",
                column: "finished_at",
                filter: "recovery_due");

            migrationBuilder.CreateIndex(
                name: "IX_environments_preview_of_preview_key",
                schema: "portal",
                table: "environments",
                columns: new[] { "preview_of", "preview_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_environments_expiring",
                schema: "portal",
                table: "environments",
                column: "expires_at",
                filter: "expires_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_freezes_environment_id",
                schema: "portal",
                table: "freezes",
                column: "environment_id");

            migrationBuilder.CreateIndex(
                name: "IX_quota_requests_team_id",
                schema: "portal",
                table: "quota_requests",
                column: "team_id");

            migrationBuilder.CreateIndex(
                name: "IX_volumes_environment_id_app_name",
                schema: "portal",
                table: "volumes",
                columns: new[] { "environment_id", "app", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_volumes_kept_until",
                schema: "portal",
                table: "volumes",
                column: "kept_until",
                filter: "kept_until IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "freezes",
                schema: "portal");

            migrationBuilder.DropTable(
                name: "project_quotas",
                schema: "portal");

            migrationBuilder.DropTable(
                name: "quota_requests",
                schema: "portal");

            migrationBuilder.DropTable(
                name: "volumes",
                schema: "portal");

            migrationBuilder.DropIndex(
                name: "ix_rollouts_one_active_an_app",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropIndex(
                name: "ix_rollouts_recovery_due",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropIndex(
                name: "IX_environments_preview_of_preview_key",
                schema: "portal",
                table: "environments");

            migrationBuilder.DropIndex(
                name: "ix_environments_expiring",
                schema: "portal",
                table: "environments");

            migrationBuilder.DropColumn(
                name: "decided_at",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "decided_by",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "digest",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "finished_at",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "recovery_due",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "started_at",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "step",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "step_since",
                schema: "portal",
                table: "rollouts");

            migrationBuilder.DropColumn(
                name: "plan",
                schema: "portal",
                table: "releases");

            migrationBuilder.DropColumn(
                name: "promoted_from",
                schema: "portal",
                table: "releases");

            migrationBuilder.DropColumn(
                name: "trigger",
                schema: "portal",
                table: "releases");

            migrationBuilder.DropColumn(
                name: "approvals",
                schema: "portal",
                table: "environments");

            migrationBuilder.DropColumn(
                name: "expires_at",
                schema: "portal",
                table: "environments");

            migrationBuilder.DropColumn(
                name: "preview_key",
                schema: "portal",
                table: "environments");

            migrationBuilder.DropColumn(
                name: "preview_of",
                schema: "portal",
                table: "environments");

            migrationBuilder.DropColumn(
                name: "quota_pending",
                schema: "portal",
                table: "environments");

            migrationBuilder.AlterColumn<string>(
                name: "name",
                schema: "portal",
                table: "secrets",
                type: "character varying(128)",
                maxLength: 128,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(260)",
                oldMaxLength: 260);

            migrationBuilder.CreateIndex(
                name: "ix_rollouts_one_active_an_app",
                schema: "portal",
                table: "rollouts",
                column: "app_id",
                unique: true,
                filter: "state IN ('Queued', 'Applying', 'Rolling')");
        }
    }
}
