using Microsoft.EntityFrameworkCore;
using Npgsql;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Plan;
using Portal.Core.Projects;
using Portal.Core.Releases;
using Portal.Core.Results;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Releases_are_numbered_and_reversible(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task An_app_goes_live_and_a_rollback_restores_image_variables_secret_versions_scale_and_domains()
    {
        var (owner, environment) = await product.PlaceAsync("reversible");
        var app = environment with { App = "hello" };
        var apps = product.Get<IApps>();
        var declaration = Product.Hello() with
        {
            Spec = Product.Hello().Spec with { Env = Product.Hello().Spec.Env.Add("GREETING", "hello"), Secrets = ["API_KEY"], Domains = ["reversible.example.com"] },
        };
        Product.Ok(await apps.DeclareAsync(owner, environment, declaration, new Dictionary<string, Sensitive> { ["API_KEY"] = new("one") }, null, default));
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, 1)).State);
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, environment, default)).Namespace;
        var first = Snapshot(ns);

        Product.Ok(await apps.SetImageAsync(owner, app, "localhost/portal/hello:2", default));
        Product.Ok(await apps.SetVariableAsync(owner, app, "GREETING", "bye", default));
        Product.Ok(await apps.SetSecretAsync(owner, app, "API_KEY", new("two"), default));
        Product.Ok(await apps.ScaleAsync(owner, app, "web", 5, default));
        Product.Ok(await product.Get<Portal.Core.Domains.IDomains>().RemoveAsync(owner, app, "reversible.example.com", default));
        await product.RolloutPassAsync();
        Assert.NotEqual(first, Snapshot(ns));

        var back = Product.Ok(await product.Get<IReleases>().RollBackAsync(owner, app, 1, default));
        Assert.Equal((7, 1), (back.Number, back.RolledBackTo));
        Assert.Equal(1, back.SecretVersions["API_KEY"]);
        await product.RolloutPassAsync();

        Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, 7)).State);
        Assert.Equal(first, Snapshot(ns));
    }

    [Fact]
    public async Task Scaling_keeps_instances_and_a_variable_replaces_them()
    {
        var (owner, app) = await product.AppAsync("keeps");
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, app with { App = null }, default)).Namespace;
        await product.RolloutPassAsync();
        var template = Template(ns);

        Product.Ok(await product.Get<IApps>().ScaleAsync(owner, app, "web", 3, default));
        await product.RolloutPassAsync();
        Assert.Equal(template, Template(ns));

        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
        await product.RolloutPassAsync();
        var changed = Template(ns);
        Assert.NotEqual(template, changed);

        Product.Ok(await product.Get<IApps>().RestartAsync(owner, app, default));
        await product.RolloutPassAsync();
        Assert.NotEqual(changed, Template(ns));
    }

    [Fact]
    public async Task Twenty_changes_at_once_get_twenty_numbers_and_one_active_rollout()
    {
        var (owner, app) = await product.AppAsync("parallel");
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => product.Get<IApps>().SetVariableAsync(owner, app, $"V{i}", "x", default)));

        Assert.Equal(Enumerable.Range(2, 20), results.Select(r => Product.Ok(r).Number).Order());
        var releases = Product.Ok(await product.Get<IReleases>().ListAsync(owner, app, 100, default));
        Assert.Equal(20, releases[0].Declaration.In("production").Env.Count);
        Assert.Equal([21], releases.Where(r => r.Rollout.State == RolloutState.Queued).Select(r => r.Number));
        Assert.All(releases.Skip(1), r => Assert.Equal(RolloutState.Superseded, r.Rollout.State));
    }

    [Fact]
    public async Task Killed_at_any_call_the_next_worker_brings_the_rollout_to_live()
    {
        var (owner, app) = await product.AppAsync("killed");
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, app with { App = null }, default)).Namespace;
        var before = product.Cluster.Calls;
        await product.RolloutPassAsync();
        var calls = product.Cluster.Calls - before;
        Assert.True(calls > 5, $"only {calls} calls");

        for (var number = 1; number <= calls; number++)
        {
            Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "STEP", $"{number}", default));
            product.Cluster.DieAt = product.Cluster.Calls + number;
            await product.RolloutPassAsync();
            product.Cluster.DieAt = null;
            // Another process takes over.
            await using (var second = product.Build()) await second.GetRequiredService<RolloutSteps>().PassAsync(null, default);
            Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, number + 1)).State);
            var config = Assert.Single(product.Cluster.Keys, key => key.StartsWith($"{ns}/ConfigMap/", StringComparison.Ordinal)).Split('/')[2];
            Assert.Equal($"{number}", (string?)product.Cluster.Get(ns, "ConfigMap", config)["data"]!["STEP"]);
        }
    }

    [Fact]
    public async Task A_rollout_that_never_gets_ready_fails_at_its_deadline_and_says_why()
    {
        var (owner, app) = await product.AppAsync("deadline");
        product.Cluster.IsReady = false;
        try
        {
            await product.RolloutPassAsync();
            var waiting = await product.RolloutAsync(owner, app, 1);
            Assert.Equal((RolloutState.Rolling, "web: 0 of 2 ready"), (waiting.State, waiting.Message));
            product.Clock.Advance(TimeSpan.FromMinutes(6));
            await product.RolloutPassAsync();
            var failed = await product.RolloutAsync(owner, app, 1);
            Assert.Equal((RolloutState.Failed, "Not live in time: web: 0 of 2 ready"), (failed.State, failed.Message));
        }
        finally
        {
            product.Cluster.IsReady = true;
        }
    }

    [Fact]
    public async Task A_cancelled_rollout_stays_cancelled()
    {
        var (owner, app) = await product.AppAsync("cancel");
        Product.Ok(await product.Get<IReleases>().CancelAsync(owner, app, 1, default));
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Cancelled, (await product.RolloutAsync(owner, app, 1)).State);
        Product.Refused(ErrorKind.Conflict, await product.Get<IReleases>().CancelAsync(owner, app, 1, default));
    }

    [Fact]
    public async Task Deleting_an_app_leaves_nothing_and_frees_its_name_and_host()
    {
        var (owner, app) = await product.AppAsync("gone");
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, app with { App = null }, default)).Namespace;
        await product.RolloutPassAsync();
        Product.Ok(await product.Get<IApps>().DeleteAsync(owner, app, default));
        Product.Refused(ErrorKind.Conflict, await product.Get<IApps>().ScaleAsync(owner, app, "web", 1, default));
        await product.Get<Portal.Core.Apply.DeletionSteps>().PassAsync(null, default);

        Assert.DoesNotContain(product.Cluster.Keys, key => key.StartsWith(ns + "/", StringComparison.Ordinal) && !key.Contains("/Namespace/", StringComparison.Ordinal));
        Product.Refused(ErrorKind.NotFound, await product.Get<IApps>().GetAsync(owner, app, default));
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, app with { App = null }, Product.Hello(), null, null, default));
    }

    [Fact]
    public async Task Deleting_a_project_removes_its_namespaces_and_rows()
    {
        var (owner, app) = await product.AppAsync("project-gone");
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, app with { App = null }, default)).Namespace;
        await product.RolloutPassAsync();
        Product.Ok(await product.Get<IProjects>().DeleteAsync(owner, app.Team, "shop", default));
        for (var pass = 0; pass < 3; pass++) await product.Get<Portal.Core.Apply.DeletionSteps>().PassAsync(null, default);

        Assert.DoesNotContain(product.Cluster.Keys, key => key.StartsWith(ns + "/", StringComparison.Ordinal));
        Assert.Empty(Product.Ok(await product.Get<IProjects>().ListAsync(owner, app.Team, default)));
    }

    [Fact]
    public async Task A_release_cannot_be_changed_even_by_sql()
    {
        var (owner, app) = await product.AppAsync("immutable");
        var team = Product.Ok(await product.Get<Portal.Core.Teams.ITeams>().GetAsync(owner, app.Team, default)).Id;
        await using var db = await product.OpenAsync(TenantContext.ForTeam(team));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlAsync($"UPDATE portal.releases SET image = 'evil' WHERE number = 1"));
        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }

    [Fact]
    public async Task A_secret_without_a_value_refuses_the_whole_declaration()
    {
        var (owner, environment) = await product.PlaceAsync("half");
        var declaration = Product.Hello() with { Spec = Product.Hello().Spec with { Secrets = ["API_KEY"] } };
        var error = Product.Refused(ErrorKind.Invalid, await product.Get<IApps>().DeclareAsync(owner, environment, declaration, null, null, default));
        Assert.Equal("spec.secrets[0]", Assert.Single(error.Fields).Path);
        Assert.Empty(Product.Ok(await product.Get<IApps>().ListAsync(owner, environment, default)));
    }

    [Fact]
    public async Task A_stored_secret_is_sealed_and_does_not_open_in_another_row()
    {
        var (owner, app) = await product.AppAsync("sealed");
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "TOKEN", new("canary-4711"), default));
        var team = Product.Ok(await product.Get<Portal.Core.Teams.ITeams>().GetAsync(owner, app.Team, default)).Id;
        await using var db = await product.OpenAsync(TenantContext.ForTeam(team));
        var row = await db.Secrets.AsNoTracking().SingleAsync();
        Assert.DoesNotContain("canary", System.Text.Encoding.Latin1.GetString(row.Sealed));
        var cipher = product.Get<Portal.Core.Config.SecretCipher>();
        Assert.Equal("canary-4711", cipher.Open(row.Sealed, row.TeamId, row.AppId, row.Name, row.Version));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => cipher.Open(row.Sealed, row.TeamId, row.AppId, "OTHER", row.Version));
    }

    [Fact]
    public async Task The_quota_holds_under_parallel_changes()
    {
        var (owner, environment) = await product.PlaceAsync("quota");
        var team = Product.Ok(await product.Get<Portal.Core.Teams.ITeams>().GetAsync(owner, "quota", default)).Id;
        await using (var db = await product.OpenAsync(TenantContext.ForTeam(team)))
        {
            db.Quotas.Add(new() { TeamId = team, Apps = 3, Instances = 4, CpuMillis = 100_000, MemoryMebibytes = 100_000 });
            await db.CommitAsync(default);
        }

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => product.Get<IApps>().DeclareAsync(owner, environment, Product.Hello($"app{i}"), null, null, default)));
        Assert.Equal(2, results.Count(r => r.IsOk));
        Assert.All(results.Where(r => !r.IsOk), r => Assert.Equal(ErrorKind.QuotaExceeded, r.Error!.Kind));
        Assert.Equal(2, Product.Ok(await product.Get<IApps>().ListAsync(owner, environment, default)).Count);
    }

    [Fact]
    public async Task A_plan_names_changed_fields_hides_secrets_and_goes_stale()
    {
        var (owner, app) = await product.AppAsync("plan");
        var environment = app with { App = null };
        await product.RolloutPassAsync();
        var wish = Product.Hello() with { Spec = Product.Hello().Spec with { Image = "localhost/portal/hello:2", Secrets = ["KEY"] } };
        var secrets = new Dictionary<string, Sensitive> { ["KEY"] = new("canary-4712") };
        var plan = Product.Ok(await product.Get<IPlans>().PlanAsync(owner, environment, wish, secrets, default));

        Assert.True(plan.Replaces);
        Assert.Contains(plan.Changes, change => change.Kind == "Deployment" && change.Fields.Any(f => f.Path == "spec.template.spec.containers[web].image" && f.To == "\"localhost/portal/hello:2\""));
        Assert.Contains(plan.Changes, change => change is { Kind: "Secret", Change: ChangeKind.Create });
        var text = System.Text.Json.JsonSerializer.Serialize(plan);
        Assert.DoesNotContain("canary-4712", text);
        Assert.DoesNotContain(Convert.ToBase64String("canary-4712"u8), text);

        Product.Ok(await product.Get<IApps>().ScaleAsync(owner, app, "web", 1, default));
        Product.Refused(ErrorKind.Conflict, await product.Get<IApps>().DeclareAsync(owner, environment, wish, secrets, plan.Id, default));
        var again = Product.Ok(await product.Get<IPlans>().PlanAsync(owner, environment, wish, secrets, default));
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, wish, secrets, again.Id, default));
    }

    private string Template(string ns) => product.Cluster.Get(ns, "Deployment", "hello-web")["spec"]!["template"]!.ToJsonString();

    // Release numbers differ by design; everything else must be as it was.
    private string Snapshot(string ns) => string.Join('\n', product.Cluster.Keys.Where(key => key.StartsWith(ns + "/", StringComparison.Ordinal)).Select(key =>
    {
        var body = product.Cluster.Get(ns, key.Split('/')[1], key.Split('/')[2]);
        body["metadata"]!["labels"]!.AsObject().Remove(Labels.Release);
        body["spec"]?["template"]?["metadata"]?["labels"]?.AsObject().Remove(Labels.Release);
        return $"{key} {body.ToJsonString()}";
    }));
}
