using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Core.Data;

namespace Portal.Migrations.Core.Migrations;

/// <summary>The share of the traffic that a rollout's second set of instances has.</summary>
[DbContext(typeof(PortalDbContext))]
[Migration("20261129225900_RolloutWeight")]
public sealed class RolloutWeight : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.AddColumn<int>(name: "weight", schema: "portal", table: "rollouts", type: "integer", nullable: false, defaultValue: 0);
    }
}
