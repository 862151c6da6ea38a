using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Config;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Core.Teams;
using Portal.Core.Transfers;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Projects_are_carried_as_files(Product product) : IClassFixture<Product>
{
    private ITransfers Transfers => product.Get<ITransfers>();

    [Fact]
    public async Task A_project_comes_in_elsewhere_as_it_went_out_and_its_file_holds_no_secret()
    {
        var owner = await WholeAsync("out");
        var file = Product.Ok(await Transfers.ExportAsync(owner, "out", "shop", true, default));
        Assert.DoesNotContain("canary", file, StringComparison.Ordinal);
        Assert.Contains("API_KEY", file, StringComparison.Ordinal);
        Assert.Contains("role: Viewer", file, StringComparison.Ordinal);

        var newcomer = product.Accounts.Actor("in");
        Product.Ok(await product.Get<ITeams>().CreateAsync(newcomer, "in", null, default));
        var missing = Product.Refused(ErrorKind.Invalid, await Transfers.PlanAsync(newcomer, "in", new(file) { WithoutDomains = true }, default));
        Assert.Equal("secrets.production/api/API_KEY", Assert.Single(missing.Fields).Path);

        var order = new ImportOrder(file) { Project = "copied", WithoutDomains = true, Secrets = new Dictionary<string, Sensitive> { ["production/api/API_KEY"] = new("canary-in") } };
        var plan = Product.Ok(await Transfers.PlanAsync(newcomer, "in", order, default));
        Assert.Empty(Product.Ok(await product.Get<IProjects>().ListAsync(newcomer, "in", default)));
        // The app that is referred to comes first.
        Assert.Equal(["production/api", "production/front"], plan.Changes.Where(change => change.Kind == "App").Select(change => change.Name));
        Assert.DoesNotContain("canary", string.Join('\n', plan.Changes.SelectMany(change => change.Fields).Select(field => field.ToString())), StringComparison.Ordinal);
        var done = Product.Ok(await Transfers.ImportAsync(newcomer, "in", order, plan.Id, default));
        Assert.Equal(plan.Id, done.Id);

        var again = Product.Ok(await Transfers.ExportAsync(newcomer, "in", "copied", false, default));
        var former = Product.Ok(await Transfers.ExportAsync(owner, "out", "shop", false, default));
        Assert.Equal(former.Replace("name: shop", "name: copied", StringComparison.Ordinal).Split('\n').Where(line => !line.Contains("domains:", StringComparison.Ordinal)), again.Split('\n'));
        var shown = await product.Get<ISecretReveals>().RevealAsync(newcomer with { SignedInAt = product.Clock.GetUtcNow() }, new("in", "copied", "production", "api"), "API_KEY", "a look", default);
        Assert.Equal("canary-in", Product.Ok(shown).Value.Reveal());
        Assert.Contains(Product.Ok(await product.Get<IMembers>().ListAsync(newcomer, "in", default)), member => member.Email == "out-viewer@example.com" && member.Role == Role.Viewer);
        Assert.True(Product.Ok(await product.Get<IEnvironments>().GetAsync(newcomer, new("in", "copied", "production"), default)).Protected);
        var acts = Product.Ok(await product.Get<IAudit>().ListAsync(newcomer, "in", new(), default));
        Assert.Contains(acts, act => act.Action == "project.import");
        Assert.Equal(2, acts.Count(act => act.Action == "app.declare"));

        // Once more it changes nothing and makes no release.
        var same = Product.Ok(await Transfers.ImportAsync(newcomer, "in", new(again), null, default));
        Assert.All(same.Changes, change => Assert.Equal(ChangeKind.None, change.Change));
        Assert.Single(Product.Ok(await product.Get<IReleases>().ListAsync(newcomer, new("in", "copied", "production", "api"), 10, default)));
    }

    [Fact]
    public async Task Whatever_is_refused_leaves_nothing_behind_and_says_where_in_the_file()
    {
        var owner = await WholeAsync("whole");
        var file = Product.Ok(await Transfers.ExportAsync(owner, "whole", "shop", false, default));
        var newcomer = product.Accounts.Actor("half");
        Product.Ok(await product.Get<ITeams>().CreateAsync(newcomer, "half", null, default));
        var secrets = new Dictionary<string, Sensitive> { ["production/api/API_KEY"] = new("x") };

        // Its domain belongs to the original: found with the last app, after the first was written.
        var taken = Product.Refused(ErrorKind.Conflict, await Transfers.ImportAsync(newcomer, "half", new(file) { Secrets = secrets }, null, default));
        Assert.Equal("production/front: The domain whole.example.com belongs to another app.", taken.Message);
        await NothingAsync(newcomer, "half");

        var wrong = file.Replace("image: localhost/portal/hello:1", "image: 'not an image'", StringComparison.Ordinal).Replace("protected: true", "protected: perhaps", StringComparison.Ordinal);
        var faults = Product.Refused(ErrorKind.Invalid, await Transfers.PlanAsync(newcomer, "half", new(wrong), default)).Fields;
        Assert.Contains(faults, fault => fault.Path == "environments.production.protected" && fault.Line > 1);
        Assert.Contains(faults, fault => fault.Path == "apps[0].declaration.spec.image");
        Assert.Contains(faults, fault => fault.Path == "apps[1].declaration.spec.image");
        var strange = Product.Refused(ErrorKind.Invalid, await Transfers.PlanAsync(newcomer, "half", new(file) { WithoutDomains = true, Secrets = new Dictionary<string, Sensitive>(secrets) { ["production/api/NONE"] = new("y") } }, default));
        Assert.Equal("secrets.production/api/NONE", Assert.Single(strange.Fields).Path);
        var stranger = file.Replace("\napps:", "\nmembers:\n  - email: nobody@example.com\n    role: Viewer\napps:", StringComparison.Ordinal);
        Assert.Equal("members[0].email", Assert.Single(Product.Refused(ErrorKind.Invalid, await Transfers.ImportAsync(newcomer, "half", new(stranger) { WithoutDomains = true, Secrets = secrets }, null, default)).Fields).Path);
        Product.Refused(ErrorKind.Invalid, await Transfers.PlanAsync(newcomer, "half", new("kind: App"), default));
        Product.Refused(ErrorKind.Invalid, await Transfers.PlanAsync(newcomer, "half", new(new string(' ', 2_000_000)), default));
        await NothingAsync(newcomer, "half");

        var plan = Product.Ok(await Transfers.PlanAsync(newcomer, "half", new(file) { WithoutDomains = true, Secrets = secrets }, default));
        Product.Ok(await product.Get<IProjects>().CreateAsync(newcomer, "half", "shop", default));
        Product.Refused(ErrorKind.Conflict, await Transfers.ImportAsync(newcomer, "half", new(file) { WithoutDomains = true, Secrets = secrets }, plan.Id, default));
        Assert.Empty(Product.Ok(await product.Get<IEnvironments>().ListAsync(newcomer, "half", "shop", default)));
    }

    [Fact]
    public async Task A_narrowed_token_imports_no_more_than_it_may_and_a_circle_of_references_is_named()
    {
        var owner = await WholeAsync("narrow");
        var file = Product.Ok(await Transfers.ExportAsync(owner, "narrow", "shop", false, default));
        var token = owner with { Scope = new("narrow", [Right.AppView, Right.ProjectManage]) };
        Assert.Contains("the right Deploy", Product.Refused(ErrorKind.Forbidden, await Transfers.ImportAsync(token, "narrow", new(file), null, default)).Message, StringComparison.Ordinal);

        var circle = file.Replace("GREETING: hello", "GREETING: ${front.url}", StringComparison.Ordinal);
        Assert.NotEqual(file, circle);
        var round = Product.Refused(ErrorKind.Invalid, await Transfers.PlanAsync(owner, "narrow", new(circle), default));
        Assert.EndsWith("declaration.spec.env", Assert.Single(round.Fields).Path, StringComparison.Ordinal);
    }

    private async Task NothingAsync(Actor actor, string team)
    {
        Assert.Empty(Product.Ok(await product.Get<IProjects>().ListAsync(actor, team, default)));
        await using var db = await product.OpenAsync(Portal.Core.Data.TenantContext.ForTeam(Product.Ok(await product.Get<ITeams>().ListAsync(actor, default)).Single(one => one.Name == team).Id));
        Assert.Equal((0, 0, 0), (await db.Environments.CountAsync(), await db.Apps.CountAsync(), await db.Secrets.CountAsync()));
    }

    // A protected environment with a quota, an app with a secret, and one that refers to it and has a domain.
    private async Task<Actor> WholeAsync(string team)
    {
        var (owner, environment) = await product.PlaceAsync(team, isProtected: true);
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, team, product.Accounts.Actor($"{team}-viewer").Email, Role.Viewer, default));
        Product.Ok(await product.Get<IQuotas>().SetProjectAsync(owner, team, "shop", new(5, 20, 4000, 8192), default));
        var api = Product.Hello("api");
        api = api with { Spec = api.Spec with { Secrets = ["API_KEY"], Env = api.Spec.Env.Add("GREETING", "hello") } };
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, api, new Dictionary<string, Sensitive> { ["API_KEY"] = new("canary-out") }, null, default));
        var front = Product.Hello("front");
        front = front with { Spec = front.Spec with { Env = front.Spec.Env.Add("API", "${api.url}"), Domains = [$"{team}.example.com"] } };
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, front, null, null, default));
        return owner;
    }
}
