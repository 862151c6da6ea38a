using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Cli.Audit;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Core.Teams;
using Xunit;

namespace Integration.Tests.Core;

public sealed class The_audit_is_a_chain(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Acts_that_happen_at_once_stand_in_one_unbroken_row()
    {
        var (owner, place) = await product.AppAsync("chain-race");
        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, cancel) =>
            await product.Get<IMembers>().AddAsync(owner, place.Team, product.Accounts.Actor($"chain-race-{index}").Email, Role.Viewer, cancel));

        var verdict = Product.Ok(await product.Get<IAudit>().VerifyAsync(owner, place.Team, default));
        Assert.True(verdict.Intact, verdict.Fault);
        // Team, project, environment, app and the members.
        Assert.Equal(44, verdict.Acts);
    }

    [Fact]
    public async Task A_refused_act_leaves_its_row_and_a_failed_one_leaves_none()
    {
        var (owner, place) = await product.AppAsync("chain-refused");
        var viewer = product.Accounts.Actor("chain-refused-viewer");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, place.Team, viewer.Email, Role.Viewer, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().ScaleAsync(viewer, place, "web", 3, default));
        Product.Refused(ErrorKind.Invalid, await product.Get<IApps>().ScaleAsync(owner, place, "web", -3, default));

        var acts = Product.Ok(await product.Get<IAudit>().ListAsync(owner, place.Team, new() { Actor = viewer.Email.ToUpperInvariant() }, default));
        var denied = Assert.Single(acts);
        Assert.Equal((AuditOutcome.Denied, "Scale", place.ToString()), (denied.Outcome, denied.Action, denied.Target));
        Assert.DoesNotContain(Product.Ok(await product.Get<IAudit>().ListAsync(owner, place.Team, new() { Action = "app.scale" }, default)), _ => true);
        Assert.All(Product.Ok(await product.Get<IAudit>().ListAsync(owner, place.Team, new() { Target = place.Team + "/shop" }, default)), act => Assert.StartsWith(place.Team + "/shop", act.Target));
        Assert.Single(Product.Ok(await product.Get<IAudit>().ListAsync(owner, place.Team, new() { Action = "member.*" }, default)));
    }

    [Theory]
    [InlineData("UPDATE portal.audit SET detail = 'nothing' WHERE team_id = @team AND sequence = 3", "Act 3 is not what its hash says.")]
    [InlineData("DELETE FROM portal.audit WHERE team_id = @team AND sequence = 2", "Act 2 is missing.")]
    [InlineData("DELETE FROM portal.audit WHERE team_id = @team AND sequence >= 4", "Acts 4 to 4 were signed and are gone.")]
    public async Task Whoever_changes_the_database_is_found_out(string sql, string fault)
    {
        var name = $"chain-{Math.Abs(fault.GetHashCode(StringComparison.Ordinal))}";
        var (owner, place) = await product.AppAsync(name);
        await product.Get<AuditCheckpoints>().PassAsync(default);
        await TamperAsync(Product.Ok(await product.Get<ITeams>().GetAsync(owner, place.Team, default)).Id, sql);

        var verdict = Product.Ok(await product.Get<IAudit>().VerifyAsync(owner, place.Team, default));
        Assert.Equal((false, fault), (verdict.Intact, verdict.Fault));
    }

    [Fact]
    public async Task An_export_is_verified_offline_and_every_change_of_it_is_seen()
    {
        var (owner, place) = await product.AppAsync("chain-export");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, place.Team, product.Accounts.Actor("chain-\u00fc\u4e2d").Email, Role.Viewer, default));
        await product.Get<AuditCheckpoints>().PassAsync(default);
        Product.Ok(await product.Get<IApps>().ScaleAsync(owner, place, "web", 3, default));
        var lines = new List<string>();
        await foreach (var line in Product.Ok(await product.Get<IAudit>().ExportAsync(owner, place.Team, default))) lines.Add(line);

        // Six acts, the export itself, two checkpoints and the head.
        Assert.Equal(10, lines.Count);
        Assert.Null(await CheckAsync(lines, null));
        Assert.Null(await CheckAsync(lines, product.Get<IAudit>().PublicKey));
        for (var index = 0; index < lines.Count; index++)
        {
            Assert.NotNull(await CheckAsync([.. lines.Take(index), .. lines.Skip(index + 1)], null) ?? (lines[index].Contains("\"checkpoint\"", StringComparison.Ordinal) ? "earlier signatures may go; the last covers all" : null));
            Assert.NotNull(await CheckAsync([.. lines.Take(index), lines[index].Replace("2026", "2025", StringComparison.Ordinal), .. lines.Skip(index + 1)], null) ?? (index == 0 ? "the head says only when" : null));
        }

        using var stranger = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        Assert.Contains("another key", await CheckAsync(lines, stranger.ExportSubjectPublicKeyInfoPem()));
        Assert.NotNull(await CheckAsync([.. lines.SkipLast(1)], null));
        Assert.NotNull(await CheckAsync(["nonsense"], null));
        Assert.NotNull(await CheckAsync([], null));
    }

    [Fact]
    public async Task A_team_s_chain_is_of_no_use_to_another_and_needs_the_right()
    {
        var (owner, place) = await product.AppAsync("chain-apart");
        var stranger = product.Accounts.Actor("chain-stranger");
        Product.Refused(ErrorKind.NotFound, await product.Get<IAudit>().ExportAsync(stranger, place.Team, default));
        var developer = product.Accounts.Actor("chain-developer");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, place.Team, developer.Email, Role.Developer, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IAudit>().ListAsync(developer, place.Team, new(), default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IAudit>().VerifyAsync(developer, place.Team, default));
    }

    [Fact]
    public async Task Neither_rows_nor_checkpoints_can_be_changed_by_the_portal_itself()
    {
        var (owner, place) = await product.AppAsync("chain-role");
        var team = Product.Ok(await product.Get<ITeams>().GetAsync(owner, place.Team, default)).Id;
        await product.Get<AuditCheckpoints>().PassAsync(default);
        foreach (var sql in (string[])["UPDATE portal.audit SET detail = ''", "DELETE FROM portal.audit", "UPDATE portal.audit_checkpoints SET sequence = 0", "DELETE FROM portal.audit_checkpoints"])
        {
            await using var db = await product.OpenAsync(TenantContext.ForTeam(team));
#pragma warning disable EF1002 // The statements are constants of this test.
            await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync(sql));
#pragma warning restore EF1002
        }
    }

    private static Task<string?> CheckAsync(IEnumerable<string> lines, string? key) => new AuditFile().CheckAsync(new StringReader(string.Join('\n', lines)), key, default);

    // Only a superuser can: triggers and rights stop everybody else.
    private async Task TamperAsync(Guid team, string sql)
    {
        await using var connection = new NpgsqlConnection(product.SuperuserConnection);
        await connection.OpenAsync();
        await using var off = new NpgsqlCommand("SET session_replication_role = replica", connection);
        await off.ExecuteNonQueryAsync();
        await using var change = new NpgsqlCommand(sql, connection) { Parameters = { new("team", team) } };
        Assert.True(await change.ExecuteNonQueryAsync() > 0);
    }
}
