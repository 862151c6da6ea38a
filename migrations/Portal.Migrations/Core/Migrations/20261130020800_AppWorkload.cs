using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Core.Data;

namespace Portal.Migrations.Core.Migrations;

/// <summary>What an app's objects are called after, apart from its name, so that it can be renamed.</summary>
[DbContext(typeof(PortalDbContext))]
[Migration("20261130020800_AppWorkload")]
public sealed class AppWorkload : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.AddColumn<string>(name: "workload", schema: "portal", table: "apps", type: "character varying(30)", maxLength: 30, nullable: true);
        migrationBuilder.Sql("SELECT set_config('portal.scope', 'platform', true); UPDATE portal.apps SET workload = name;");
        migrationBuilder.AlterColumn<string>(name: "workload", schema: "portal", table: "apps", type: "character varying(30)", maxLength: 30, nullable: false, oldNullable: true);
        migrationBuilder.CreateIndex(name: "IX_apps_environment_id_workload", schema: "portal", table: "apps", columns: ["environment_id", "workload"], unique: true);
    }
}
