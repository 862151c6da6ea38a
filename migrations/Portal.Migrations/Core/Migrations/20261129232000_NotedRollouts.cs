using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Core.Data;

namespace Portal.Migrations.Core.Migrations;

/// <summary>Notes for people what a rollout comes to, and that one waits for an approval; the states it only passes through are no news.</summary>
[DbContext(typeof(PortalDbContext))]
[Migration("20261129232000_NotedRollouts")]
public sealed class NotedRollouts : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql(
            """
            DROP TRIGGER rollouts_are_noted ON portal.rollouts;
            CREATE TRIGGER rollouts_are_noted AFTER UPDATE OF state ON portal.rollouts FOR EACH ROW
                WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.state IN ('Live', 'Failed', 'Superseded', 'Cancelled', 'Rejected')) EXECUTE FUNCTION portal.note_rollout();
            CREATE TRIGGER approvals_are_noted AFTER INSERT ON portal.rollouts FOR EACH ROW WHEN (NEW.state = 'AwaitingApproval') EXECUTE FUNCTION portal.note_rollout();
            """);
    }
}
