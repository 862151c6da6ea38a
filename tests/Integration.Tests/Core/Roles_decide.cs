using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Members;
using Portal.Core.Results;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Roles_decide(Product product) : IClassFixture<Product>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_authorizer_answers_for_every_role_and_right_as_the_table_says(bool isProtected)
    {
        var team = isProtected ? "table-protected" : "table-open";
        var (owner, environment) = await product.PlaceAsync(team, isProtected);
        foreach (var role in Enum.GetValues<Role>())
        {
            var actor = product.Accounts.Actor($"{team}-{role}");
            Product.Ok(await product.Get<IMembers>().AddAsync(owner, team, actor.Email, role, default));
            foreach (var right in Enum.GetValues<Right>())
            {
                var decision = await product.Get<IAuthorizer>().AuthorizeAsync(actor, right, environment, default);
                Assert.Equal(RoleTable.Allows(role, right, isProtected), decision.IsOk);
                if (!decision.IsOk) Assert.Equal(ErrorKind.Forbidden, decision.Error.Kind);
            }
        }
    }

    [Fact]
    public async Task Of_two_owners_leaving_at_once_one_stays()
    {
        var (one, environment) = await product.PlaceAsync("owners");
        var two = product.Accounts.Actor("owners-two");
        Product.Ok(await product.Get<IMembers>().AddAsync(one, environment.Team, two.Email, Role.Owner, default));
        var results = await Task.WhenAll(new[] { one, two }.Select(owner => product.Get<IMembers>().RemoveAsync(owner, environment.Team, owner.UserId, default)));
        Assert.Single(results, r => r.IsOk);
        Assert.Equal(ErrorKind.Conflict, Assert.Single(results, r => !r.IsOk).Error!.Kind);
    }

    [Fact]
    public async Task An_admin_neither_makes_nor_changes_owners()
    {
        var (owner, environment) = await product.PlaceAsync("admins");
        var admin = product.Accounts.Actor("admins-admin");
        var other = product.Accounts.Actor("admins-other");
        var members = product.Get<IMembers>();
        Product.Ok(await members.AddAsync(owner, environment.Team, admin.Email, Role.Admin, default));
        Product.Refused(ErrorKind.Forbidden, await members.AddAsync(admin, environment.Team, other.Email, Role.Owner, default));
        Product.Refused(ErrorKind.Forbidden, await members.ChangeRoleAsync(admin, environment.Team, admin.UserId, Role.Owner, default));
        Product.Refused(ErrorKind.Forbidden, await members.ChangeRoleAsync(admin, environment.Team, owner.UserId, Role.Viewer, default));
        Product.Refused(ErrorKind.Forbidden, await members.RemoveAsync(admin, environment.Team, owner.UserId, default));
    }

    [Fact]
    public async Task A_deployer_changes_the_image_and_nothing_else()
    {
        var (owner, app) = await product.AppAsync("deployers");
        var deployer = product.Accounts.Actor("deployers-ci");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, app.Team, deployer.Email, Role.Deployer, default));
        var image = Product.Hello() with { Spec = Product.Hello().Spec with { Image = "localhost/portal/hello:2" } };
        var environment = app with { App = null };
        Product.Ok(await product.Get<IApps>().DeclareAsync(deployer, environment, image, null, null, default));
        var variable = image with { Spec = image.Spec with { Env = image.Spec.Env.Add("A", "1") } };
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().DeclareAsync(deployer, environment, variable, null, null, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().ScaleAsync(deployer, app, "web", 1, default));
    }

    [Fact]
    public async Task A_token_has_at_most_the_rights_and_the_team_it_was_made_for()
    {
        var (owner, app) = await product.AppAsync("tokens");
        await product.PlaceAsync("tokens-other");
        var viewing = owner with { Scope = new("tokens", [Right.AppView]) };
        Product.Ok(await product.Get<IApps>().GetAsync(viewing, app, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().ScaleAsync(viewing, app, "web", 1, default));
        Product.Refused(ErrorKind.NotFound, await product.Get<IApps>().GetAsync(owner with { Scope = new("elsewhere", null) }, app, default));
    }

    [Fact]
    public async Task Acts_and_denials_are_audited_without_secrets()
    {
        var (owner, app) = await product.AppAsync("audited");
        var viewer = product.Accounts.Actor("audited-viewer");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, app.Team, viewer.Email, Role.Viewer, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().ScaleAsync(viewer, app, "web", 1, default));
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "TOKEN", new("canary-4713"), default));
        var audit = Product.Ok(await product.Get<IAudit>().ListAsync(owner, app.Team, new() { Limit = 100 }, default));
        Assert.Contains(audit, a => a is { Action: "Scale", Outcome: AuditOutcome.Denied } && a.Actor == viewer.Email && a.Target == app.ToString());
        Assert.Contains(audit, a => a is { Action: "app.secret", Outcome: AuditOutcome.Done, Detail: "TOKEN" });
        Assert.DoesNotContain(audit, a => a.ToString().Contains("canary", StringComparison.Ordinal));
    }
}
