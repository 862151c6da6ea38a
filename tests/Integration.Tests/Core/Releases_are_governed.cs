using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Freezes;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Previews;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Releases;
using Portal.Core.Results;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Releases_are_governed(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task A_change_to_a_protected_environment_waits_for_somebody_else_and_leaves_alone_what_runs()
    {
        var (owner, environment) = await product.PlaceAsync("approvals", isProtected: true);
        var app = environment with { App = "hello" };
        var other = await MemberAsync(owner, "approvals", Role.Maintainer);
        var deployer = await MemberAsync(owner, "approvals", Role.Deployer);
        var (releases, approvals) = (product.Get<IReleases>(), product.Get<IApprovals>());
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, Product.Hello(), null, null, default));
        Assert.Equal(RolloutState.AwaitingApproval, (await product.RolloutAsync(owner, app, 1)).State);
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.AwaitingApproval, (await product.RolloutAsync(owner, app, 1)).State);
        Product.Refused(ErrorKind.Forbidden, await approvals.ApproveAsync(owner, app, 1, default));
        Product.Refused(ErrorKind.Forbidden, await approvals.ApproveAsync(deployer, app, 1, default));
        Product.Ok(await approvals.ApproveAsync(other, app, 1, default));
        await product.RolloutPassAsync();
        Assert.Equal((RolloutState.Live, other.Email), ((await product.RolloutAsync(owner, app, 1)).State, (await product.RolloutAsync(owner, app, 1)).DecidedBy));

        // Two proposals: the newer one takes the place of the older, neither becomes what further changes begin from.
        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "BAD", "x", default));
        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "GOOD", "y", default));
        Assert.Equal(RolloutState.Superseded, (await product.RolloutAsync(owner, app, 2)).State);
        var waiting = Assert.Single(Product.Ok(await approvals.ListAsync(other, environment, default)));
        Assert.Equal(("hello", 1, false, 3), (waiting.App, waiting.Holds, waiting.Mine, waiting.Release.Number));
        Assert.Equal(["GOOD"], waiting.Release.Declaration.In("production").Env.Keys);
        Assert.Equal(1, Product.Ok(await product.Get<IApps>().GetAsync(owner, app, default)).Release);
        Product.Ok(await approvals.RejectAsync(other, app, 3, "not today", default));
        Assert.Equal(RolloutState.Rejected, (await product.RolloutAsync(owner, app, 3)).State);
        Product.Refused(ErrorKind.Conflict, await approvals.ApproveAsync(other, app, 3, default));
        Product.Refused(ErrorKind.Conflict, await releases.RollBackAsync(owner, app, 3, default));

        // A restart changes nothing that would need another pair of eyes.
        Product.Ok(await product.Get<IApps>().RestartAsync(owner, app, default));
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, 4)).State);
    }

    [Fact]
    public async Task A_freeze_refuses_releases_until_it_ends()
    {
        var (owner, app) = await product.AppAsync("frozen");
        var environment = app with { App = null };
        var freeze = Product.Ok(await product.Get<IFreezes>().AddAsync(owner, environment, "holidays", null, product.Clock.GetUtcNow().AddDays(3), default));
        var refused = Product.Refused(ErrorKind.Conflict, await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
        Assert.Contains("holidays", refused.Message, StringComparison.Ordinal);
        Product.Refused(ErrorKind.Conflict, await product.Get<IApps>().RestartAsync(owner, app, default));
        Product.Ok(await product.Get<IFreezes>().EndAsync(owner, environment, freeze.Id, default));
        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
        var bad = Product.Refused(ErrorKind.Invalid, await product.Get<IFreezes>().AddAsync(owner, environment, "", null, product.Clock.GetUtcNow().AddDays(-1), default));
        Assert.Equal(["reason", "until"], bad.Fields.Select(f => f.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_promotion_carries_image_and_declaration_and_keeps_what_is_the_targets_own()
    {
        var (owner, production) = await product.PlaceAsync("promotion");
        Product.Ok(await product.Get<IEnvironments>().CreateAsync(owner, "promotion", "shop", "staging", false, null, default));
        var staging = production with { Environment = "staging" };
        var declaration = Product.Hello() with { Spec = Product.Hello().Spec with { Secrets = ["KEY"] } };
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, staging, declaration, new Dictionary<string, Sensitive> { ["KEY"] = new("staging") }, null, default));
        var promotions = product.Get<IPromotions>();
        Product.Refused(ErrorKind.Conflict, await promotions.PromoteAsync(owner, production, "hello", "staging", null, default));
        product.Cluster.Digest = "localhost/portal/hello@sha256:" + new string('a', 64);
        await product.RolloutPassAsync();
        product.Cluster.Digest = null;

        // A secret never travels: production says which one it lacks.
        var lacking = Product.Refused(ErrorKind.Invalid, await promotions.PromoteAsync(owner, production, "hello", "staging", null, default));
        Assert.Equal("spec.secrets[0]", Assert.Single(lacking.Fields).Path);
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, production, declaration, new Dictionary<string, Sensitive> { ["KEY"] = new("production") }, null, default));
        Product.Ok(await product.Get<IApps>().ScaleAsync(owner, production with { App = "hello" }, "web", 7, default));
        var promoted = Product.Ok(await promotions.PromoteAsync(owner, production, "hello", "staging", null, default));
        Assert.Equal((ReleaseTrigger.Promotion, "staging/1", 7), (promoted.Trigger, promoted.PromotedFrom, promoted.Declaration.In("production").Processes["web"].Replicas));
        Assert.Equal("localhost/portal/hello@sha256:" + new string('a', 64), promoted.Image);
    }

    [Fact]
    public async Task A_preview_shows_another_image_and_goes_by_itself_and_by_its_exact_key()
    {
        var (owner, app) = await product.AppAsync("previews");
        var environment = app with { App = null };
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "KEY", new("canary-4799"), default));
        var previews = product.Get<IPreviews>();
        var one = Product.Ok(await previews.OpenAsync(owner, environment, new("feature/x", "hello", "localhost/portal/hello:9", 5), default));
        var two = Product.Ok(await previews.OpenAsync(owner, environment, new("feature-x"), default));
        Assert.NotEqual(one.Environment, two.Environment);
        var shown = Product.Ok(await product.Get<IApps>().GetAsync(owner, environment with { Environment = one.Environment, App = "hello" }, default));
        Assert.Equal(("localhost/portal/hello:9", "KEY"), (shown.Image, Assert.Single(shown.Secrets).Name));
        Assert.Equal("localhost/portal/hello:1", Product.Ok(await product.Get<IApps>().GetAsync(owner, app, default)).Image);

        // Again is the same preview, with the newer image and more time.
        var again = Product.Ok(await previews.OpenAsync(owner, environment, new("feature/x", "hello", "localhost/portal/hello:10", 5), default));
        Assert.Equal(one.Environment, again.Environment);
        Product.Refused(ErrorKind.NotFound, await previews.CloseAsync(owner, environment, "feature", default));
        Product.Ok(await previews.CloseAsync(owner, environment, "feature-x", default));
        product.Clock.Advance(TimeSpan.FromHours(6));
        for (var pass = 0; pass < 3; pass++) await product.Get<DeletionSteps>().PassAsync(null, default);
        Assert.Empty(Product.Ok(await previews.ListAsync(owner, environment, default)));
        Assert.Equal(["production"], Product.Ok(await product.Get<IEnvironments>().ListAsync(owner, "previews", "shop", default)).Select(e => e.Name));
    }

    [Fact]
    public async Task A_preview_of_a_protected_environment_is_refused()
    {
        var (owner, environment) = await product.PlaceAsync("preview-protected", isProtected: true);
        Product.Refused(ErrorKind.Conflict, await product.Get<IPreviews>().OpenAsync(owner, environment, new("pr-1"), default));
    }

    [Fact]
    public async Task A_quota_is_asked_for_granted_by_somebody_else_divided_among_projects_and_written_to_the_namespace()
    {
        var (owner, app) = await product.AppAsync("quotas");
        var quotas = product.Get<IQuotas>();
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, app with { App = null }, default)).Namespace;
        await product.Get<NamespaceQuotas>().PassAsync(null, default);
        var request = Product.Ok(await quotas.RequestAsync(owner, "quotas", new(5, 6, 5000, 4096), "growth", default));
        Product.Refused(ErrorKind.Forbidden, await quotas.DecideAsync(owner, request.Id, true, default));
        Product.Refused(ErrorKind.Forbidden, await quotas.SetAsync(owner, "quotas", new(1, 1, 1, 1), default));
        var manager = product.Accounts.Actor("quota-manager") with { PlatformRoles = PlatformRoles.QuotaManager };
        Assert.Contains(Product.Ok(await quotas.ListRequestsAsync(manager, default)), r => r.Id == request.Id);
        Product.Ok(await quotas.DecideAsync(manager, request.Id, true, default));
        await product.Get<NamespaceQuotas>().PassAsync(null, default);
        Assert.Equal("12", (string?)product.Cluster.Get(ns, "ResourceQuota", "portal")["spec"]!["hard"]!["pods"]);
        Assert.Equal("Container", (string?)product.Cluster.Get(ns, "LimitRange", "portal")["spec"]!["limits"]![0]!["type"]);

        Product.Ok(await quotas.SetProjectAsync(owner, "quotas", "shop", new(5, 3, 5000, 4096), default));
        var refused = Product.Refused(ErrorKind.QuotaExceeded, await product.Get<IApps>().ScaleAsync(owner, app, "web", 4, default));
        Assert.Contains("project", refused.Message, StringComparison.Ordinal);
        var view = Product.Ok(await quotas.GetAsync(owner, "quotas", default));
        Assert.Equal((6, 2, 3), (view.Limits.Instances, view.Used.Instances, Assert.Single(view.Projects).Limits!.Instances));
        await product.Get<NamespaceQuotas>().PassAsync(null, default);
        Assert.Equal("6", (string?)product.Cluster.Get(ns, "ResourceQuota", "portal")["spec"]!["hard"]!["pods"]);
    }

    [Fact]
    public async Task The_plan_a_release_carries_out_is_kept_with_it()
    {
        var (owner, app) = await product.AppAsync("kept-plan");
        var environment = app with { App = null };
        var wish = Product.Hello() with { Spec = Product.Hello().Spec with { Image = "localhost/portal/hello:2" } };
        var plan = Product.Ok(await product.Get<IPlans>().PlanAsync(owner, environment, wish, null, default));
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, wish, null, plan.Id, default));
        var kept = Product.Ok(await product.Get<IReleases>().PlanAsync(owner, app, 2, default));
        Assert.Equal((plan.Id, plan.Changes.Count), (kept.Id, kept.Changes.Count));
        Product.Refused(ErrorKind.NotFound, await product.Get<IReleases>().PlanAsync(owner, app, 1, default));
    }

    private async Task<Actor> MemberAsync(Actor owner, string team, Role role)
    {
        var actor = product.Accounts.Actor($"{team}-{role}");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, team, actor.Email, role, default));
        return actor;
    }
}
