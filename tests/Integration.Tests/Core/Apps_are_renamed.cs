using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Config;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Core.Volumes;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Apps_are_renamed(Product product) : IClassFixture<Product>
{
    private IApps Apps => product.Get<IApps>();

    private IAppNames Names => product.Get<IAppNames>();

    [Fact]
    public async Task Objects_volumes_secrets_domains_history_and_the_address_stay_through_rename_deploy_and_rollback()
    {
        var (owner, environment) = await product.PlaceAsync("renames");
        var hello = Product.Hello();
        var web = hello.Spec.Processes["web"] with { Replicas = 1 };
        hello = hello with
        {
            Spec = hello.Spec with
            {
                Secrets = ["KEY"],
                Domains = ["renames.example.com"],
                Volumes = hello.Spec.Volumes.Add("data", new() { Size = "1Gi" }),
                Processes = AppSpecs.Processes(("web", web with { Mounts = web.Mounts.Add("data", "/data") })),
            },
        };
        var first = Product.Ok(await Apps.DeclareAsync(owner, environment, hello, new Dictionary<string, Sensitive> { ["KEY"] = new("canary-renames") }, null, default));
        await product.RolloutPassAsync();
        var old = environment with { App = "hello" };
        var before = Product.Ok(await Apps.GetAsync(owner, old, default));
        var claim = Assert.Single(Product.Ok(await product.Get<IVolumes>().ListAsync(owner, environment, default))).Claim;
        var objects = await ObjectsAsync(owner, environment);

        var plan = Product.Ok(await Names.PlanAsync(owner, old, "greeter", default));
        Assert.Equal(("hello", "greeter", 2), (plan.From, plan.To, plan.Release));
        Assert.Equal([before.Url, before.Url.Replace(before.Host, "renames.example.com", StringComparison.Ordinal)], plan.Addresses);
        Assert.Equal($"data ({claim})", Assert.Single(plan.Volumes));
        Assert.Equal("hello", Product.Ok(await Apps.GetAsync(owner, old, default)).Name);

        var renamed = Product.Ok(await Names.RenameAsync(owner, old, "greeter", default));
        Assert.Equal((2, "renamed from hello to greeter"), (renamed.Number, renamed.Reason));
        Product.Refused(ErrorKind.NotFound, await Apps.GetAsync(owner, old, default));
        var app = environment with { App = "greeter" };
        await product.RolloutPassAsync();
        var after = Product.Ok(await Apps.GetAsync(owner, app, default));
        Assert.Equal((before.Id, before.Host, "greeter"), (after.Id, after.Host, after.Declaration.Metadata.Name));
        Assert.Equal(["renames.example.com"], after.Domains);
        Assert.Equal(objects, await ObjectsAsync(owner, environment));
        Assert.Equal([2, 1], Product.Ok(await product.Get<IReleases>().ListAsync(owner, app, 10, default)).Select(release => release.Number));

        // What follows keeps the name; a rollback from before brings everything back but the old name.
        Product.Ok(await Apps.SetImageAsync(owner, app, "localhost/portal/hello:2", default));
        await product.RolloutPassAsync();
        var back = Product.Ok(await product.Get<IReleases>().RollBackAsync(owner, app, first.Number, default));
        Assert.Equal("greeter", back.Declaration.Metadata.Name);
        await product.RolloutPassAsync();
        Assert.Equal(objects, await ObjectsAsync(owner, environment));
        var volume = Assert.Single(Product.Ok(await product.Get<IVolumes>().ListAsync(owner, environment, default)));
        Assert.Equal((claim, "greeter", true), (volume.Claim, volume.App, volume.InUse));
        var secret = await product.Get<ISecretReveals>().RevealAsync(owner with { SignedInAt = product.Clock.GetUtcNow() }, app, "KEY", "a look", default);
        Assert.Equal("canary-renames", Product.Ok(secret).Value.Reveal());
        Assert.Equal("greeter", Product.Ok(await product.Get<IAppObserver>().GetAsync(owner, app, default)).App);
        Assert.Contains(Product.Ok(await product.Get<IAudit>().ListAsync(owner, "renames", new(), default)), act => act.Action == "app.rename" && act.Target.EndsWith("/hello", StringComparison.Ordinal) && act.Detail == "greeter");
    }

    [Fact]
    public async Task A_new_app_takes_the_old_name_and_neither_touches_what_is_the_others()
    {
        var (owner, old) = await product.AppAsync("again");
        var environment = old with { App = null };
        await product.RolloutPassAsync();
        var own = await ObjectsAsync(owner, environment);
        Product.Ok(await Names.RenameAsync(owner, old, "greeter", default));
        await product.RolloutPassAsync();

        Product.Ok(await Apps.DeclareAsync(owner, environment, Product.Hello(), null, null, default));
        await product.RolloutPassAsync();
        var both = await ObjectsAsync(owner, environment);
        Assert.Superset(own.ToHashSet(StringComparer.Ordinal), both.ToHashSet(StringComparer.Ordinal));
        Assert.True(both.Count > own.Count, string.Join(", ", both));
        var hosts = Product.Ok(await Apps.ListAsync(owner, environment, default)).Select(app => app.Host).ToList();
        Assert.Equal(2, hosts.Distinct().Count());

        Product.Ok(await Apps.DeleteAsync(owner, old, default));
        for (var pass = 0; pass < 3; pass++) await product.Get<Portal.Core.Apply.DeletionSteps>().PassAsync(null, default);
        Assert.Equal(own, await ObjectsAsync(owner, environment));
        Assert.Equal("greeter", Assert.Single(Product.Ok(await Apps.ListAsync(owner, environment, default))).Name);
    }

    [Fact]
    public async Task A_name_that_is_taken_wrong_or_referred_to_is_refused_in_the_plan_too()
    {
        var (owner, app) = await product.AppAsync("refused");
        var environment = app with { App = null };
        var front = Product.Hello("front");
        Product.Ok(await Apps.DeclareAsync(owner, environment, front with { Spec = front.Spec with { Env = front.Spec.Env.Add("API", "${hello.url}/v1") } }, null, null, default));
        foreach (var name in (string[])["", "Upper", "hello", new string('a', 31)])
            Assert.Equal("name", Assert.Single(Product.Refused(ErrorKind.Invalid, await Names.PlanAsync(owner, app, name, default)).Fields).Path);
        Assert.Contains("front in API", Product.Refused(ErrorKind.Conflict, await Names.RenameAsync(owner, app, "greeter", default)).Message, StringComparison.Ordinal);
        Product.Refused(ErrorKind.Conflict, await Names.PlanAsync(owner, environment with { App = "front" }, "hello", default));

        // Who refers to another app under its new name reaches the same service.
        var other = environment with { App = "front" };
        Product.Ok(await Names.RenameAsync(owner, other, "shopfront", default));
        Product.Ok(await Apps.SetVariableAsync(owner, app, "FRONT", "${shopfront.host}", default));
        await product.RolloutPassAsync();
        await product.RolloutPassAsync();
        var ns = await NamespaceAsync(owner, environment);
        var configs = product.Cluster.Keys.Where(key => key.StartsWith($"{ns}/ConfigMap/hello-env-", StringComparison.Ordinal)).Select(key => product.Cluster.Get(ns, "ConfigMap", key.Split('/')[2]).ToJsonString());
        Assert.Contains(configs, text => text.Contains($"front.{ns}.svc.cluster.local", StringComparison.Ordinal));
    }

    private async Task<List<string>> ObjectsAsync(Actor owner, ScopeRef environment)
    {
        var ns = await NamespaceAsync(owner, environment);
        return [.. product.Cluster.Keys.Where(key => key.StartsWith(ns + "/", StringComparison.Ordinal) && !key.Contains("/ConfigMap/", StringComparison.Ordinal) && !key.Contains("/Secret/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private async Task<string> NamespaceAsync(Actor owner, ScopeRef environment) => Product.Ok(await product.Get<Portal.Core.Projects.IEnvironments>().GetAsync(owner, environment, default)).Namespace;
}
