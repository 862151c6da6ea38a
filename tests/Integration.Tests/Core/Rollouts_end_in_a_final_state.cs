using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Projects;
using Portal.Core.Releases;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Rollouts_end_in_a_final_state(Product product) : IClassFixture<Product>
{
    [Theory]
    [InlineData("blue-green")]
    [InlineData("canary")]
    [InlineData("rolling")]
    public async Task Killed_at_any_call_the_next_worker_ends_every_strategy_live_without_a_second_set(string strategy)
    {
        var (owner, app, ns) = await LiveAsync($"kill-{strategy}", new() { Strategy = strategy, Hold = 0, Steps = strategy == "canary" ? [20, 60] : [] }, command: true);
        var before = product.Cluster.Calls;
        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "STEP", "0", default));
        await EndAsync(owner, app, 2);
        var calls = product.Cluster.Calls - before;
        Assert.True(calls > 8, $"only {calls} calls");
        for (var number = 1; number <= calls; number++)
        {
            Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "STEP", $"{number}", default));
            product.Cluster.DieAt = product.Cluster.Calls + number;
            await product.RolloutPassAsync();
            product.Cluster.DieAt = null;
            // Another process takes over.
            await using (var second = product.Build())
            {
                for (var pass = 0; pass < 6 && (await product.RolloutAsync(owner, app, number + 2)).State is < RolloutState.Live; pass++) await second.GetRequiredService<RolloutSteps>().PassAsync(null, default);
            }

            Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, number + 2)).State);
            Assert.DoesNotContain(product.Cluster.Keys, key => key.StartsWith(ns + "/", StringComparison.Ordinal) && key.EndsWith("/hello-web-next", StringComparison.Ordinal));
            Assert.Equal($"{number + 2}", (string?)product.Cluster.Get(ns, "Deployment", "hello-web")["spec"]!["template"]!["metadata"]!["labels"]!["portal/release"]);
        }
    }

    [Fact]
    public async Task A_canary_gets_its_share_step_by_step_and_holds_each_before_the_first_set_follows()
    {
        var (owner, app, ns) = await LiveAsync("canary", new() { Strategy = "canary", Steps = [20, 60], Hold = 60 });
        var old = Template(ns, "hello-web");
        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
        foreach (var (weight, instances) in new[] { (20, 1), (60, 3), (100, 4) })
        {
            await product.RolloutPassAsync();
            var rollout = await product.RolloutAsync(owner, app, 2);
            Assert.Equal((RolloutState.Shifting, weight), (rollout.State, rollout.Weight));
            Assert.Equal($"{weight}", Weight(ns));
            Assert.Equal(instances, (int)product.Cluster.Get(ns, "Deployment", "hello-web-next")["spec"]!["replicas"]!);
            Assert.Equal(old, Template(ns, "hello-web"));
            product.Clock.Advance(TimeSpan.FromSeconds(30));
            await product.RolloutPassAsync();
            Assert.Equal(weight, (await product.RolloutAsync(owner, app, 2)).Weight);
            product.Clock.Advance(TimeSpan.FromSeconds(31));
        }

        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, 2)).State);
        Assert.NotEqual(old, Template(ns, "hello-web"));
    }

    [Fact]
    public async Task A_canary_that_never_gets_ready_gets_no_traffic_and_is_followed_by_the_last_good_release()
    {
        var (owner, app, ns) = await LiveAsync("canary-bad", new() { Strategy = "canary", Hold = 0 });
        var old = Template(ns, "hello-web");
        product.Cluster.Broken.Add("hello-web-next");
        try
        {
            Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
            await product.RolloutPassAsync();
            Assert.Equal((RolloutState.Shifting, "0"), ((await product.RolloutAsync(owner, app, 2)).State, Weight(ns)));
            product.Clock.Advance(TimeSpan.FromMinutes(10));
            await product.RolloutPassAsync();
            Assert.Equal(RolloutState.Failed, (await product.RolloutAsync(owner, app, 2)).State);
        }
        finally
        {
            product.Cluster.Broken.Clear();
        }

        await product.RolloutPassAsync();
        var recovery = Product.Ok(await product.Get<IReleases>().GetAsync(owner, app, 3, default));
        Assert.Equal((ReleaseTrigger.Recovery, 1, RolloutState.Live), (recovery.Trigger, recovery.RolledBackTo, recovery.Rollout.State));
        // The instances that never stopped are the same as before: not even their release has changed.
        Assert.Equal(old, Template(ns, "hello-web"));
        Assert.Empty(recovery.Declaration.In("production").Env);
    }

    [Fact]
    public async Task A_release_command_that_fails_leaves_the_instances_alone_and_the_last_good_release_holds_again()
    {
        var (owner, app, ns) = await LiveAsync("command", null, command: true);
        var old = Template(ns, "hello-web");
        product.Cluster.JobEnds = null;
        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Releasing, (await product.RolloutAsync(owner, app, 2)).State);
        product.Cluster.JobEnds = "Failed";
        await product.RolloutPassAsync();
        product.Cluster.JobEnds = "Complete";
        Assert.Equal((RolloutState.Failed, "The release command failed; its logs say why."), ((await product.RolloutAsync(owner, app, 2)).State, (await product.RolloutAsync(owner, app, 2)).Message));
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, 3)).State);
        Assert.Equal(old, Template(ns, "hello-web"));
    }

    [Fact]
    public async Task A_cancelled_rollout_is_followed_by_the_last_good_release_and_a_failed_recovery_by_nothing()
    {
        var (owner, app, _) = await LiveAsync("cancelled", null);
        product.Cluster.Broken.Add("hello-web");
        try
        {
            Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
            await product.RolloutPassAsync();
            Product.Ok(await product.Get<IReleases>().CancelAsync(owner, app, 2, default));
            await product.RolloutPassAsync();
            Assert.Equal(RolloutState.Cancelled, (await product.RolloutAsync(owner, app, 2)).State);
            Assert.Equal(RolloutState.Rolling, (await product.RolloutAsync(owner, app, 3)).State);
            product.Clock.Advance(TimeSpan.FromMinutes(10));
            await product.RolloutPassAsync();
            await product.RolloutPassAsync();
            Assert.Equal(RolloutState.Failed, (await product.RolloutAsync(owner, app, 3)).State);
            Assert.Equal(3, Product.Ok(await product.Get<IReleases>().ListAsync(owner, app, 10, default)).Count);
        }
        finally
        {
            product.Cluster.Broken.Clear();
        }
    }

    [Fact]
    public async Task A_newer_release_takes_the_place_of_a_canary_and_its_share_of_the_traffic()
    {
        var (owner, app, ns) = await LiveAsync("superseded", new() { Strategy = "canary", Hold = 600 });
        Product.Ok(await product.Get<IApps>().SetVariableAsync(owner, app, "A", "1", default));
        await product.RolloutPassAsync();
        Assert.Equal("10", Weight(ns));
        Product.Ok(await product.Get<IReleases>().RollBackAsync(owner, app, 1, default));
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Superseded, (await product.RolloutAsync(owner, app, 2)).State);
        Assert.Equal((RolloutState.Shifting, 10), ((await product.RolloutAsync(owner, app, 3)).State, (await product.RolloutAsync(owner, app, 3)).Weight));
        // Scaling meanwhile is no way around the canary.
        var number = Product.Ok(await product.Get<IApps>().ScaleAsync(owner, app, "web", 5, default)).Number;
        await product.RolloutPassAsync();
        Assert.Equal((RolloutState.Shifting, 10), ((await product.RolloutAsync(owner, app, number)).State, (await product.RolloutAsync(owner, app, number)).Weight));
        product.Clock.Advance(TimeSpan.FromSeconds(1));
        Product.Ok(await product.Get<IReleases>().CancelAsync(owner, app, number, default));
        await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, number + 1)).State);
        Assert.DoesNotContain($"{ns}/Ingress/hello-web-next", product.Cluster.Keys);
    }

    private async Task<(Actor Owner, ScopeRef App, string Namespace)> LiveAsync(string team, RolloutSpec? rollout, bool command = false)
    {
        var (owner, environment) = await product.PlaceAsync(team);
        var hello = Product.Hello();
        hello = hello with
        {
            Spec = hello.Spec with
            {
                Rollout = rollout,
                Release = command ? new() { Command = ["migrate"] } : null,
                Processes = hello.Spec.Processes.SetItem("web", hello.Spec.Processes["web"] with { Replicas = 4 }),
            },
        };
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, hello, null, null, default));
        var app = environment with { App = "hello" };
        await EndAsync(owner, app, 1);
        return (owner, app, Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, environment, default)).Namespace);
    }

    private async Task EndAsync(Actor owner, ScopeRef app, int number)
    {
        for (var pass = 0; pass < 4; pass++) await product.RolloutPassAsync();
        Assert.Equal(RolloutState.Live, (await product.RolloutAsync(owner, app, number)).State);
    }

    private string? Weight(string ns) => (string?)product.Cluster.Get(ns, "Ingress", "hello-web-next")["metadata"]!["annotations"]!["nginx.ingress.kubernetes.io/canary-weight"];

    private string Template(string ns, string name) => product.Cluster.Get(ns, "Deployment", name)["spec"]!["template"]!.ToJsonString();
}
