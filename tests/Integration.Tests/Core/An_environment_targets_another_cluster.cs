using System.Text.Json.Nodes;
using Integration.Tests.Controllers;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Plan;
using Portal.Core.Projects;
using Portal.Core.Results;
using Testing;
using Xunit;

namespace Integration.Tests.Core;

/// <summary>Two control planes with their own API servers: the embedded one and one that is added by its kubeconfig.</summary>
public sealed class An_environment_targets_another_cluster(Product product) : IClassFixture<Product>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Apps_there_are_planned_released_watched_scaled_and_read_and_its_loss_disturbs_no_other()
    {
        await using var embedded = await ControlPlane.StartAsync();
        await using var near = await FakeKubelet.StartAsync(embedded.Admin, "near-1", default);
        var remote = await ControlPlane.StartAsync();
        var far = await FakeKubelet.StartAsync(remote.Admin, "far-1", default);
        var logs = await NodeLogs.StartAsync(remote, "far-1");
        var isUp = true;
        await using var services = Build(embedded);
        var workers = services.GetServices<IHostedService>().ToList();
        foreach (var worker in workers) await worker.StartAsync(default);
        try
        {
            var (owner, here) = await product.PlaceAsync("two-clusters");
            var kubeconfig = await File.ReadAllTextAsync(remote.Server.AdminKubeconfig);
            var added = Product.Ok(await services.GetRequiredService<IClusters>().AddAsync(owner, "two-clusters", new("far", new(kubeconfig)), default));
            Assert.Equal((ClusterState.Connected, remote.Server.Address.GetLeftPart(UriPartial.Authority)), (added.State, added.Server));
            Assert.NotEmpty(added.Version);
            Assert.Empty(added.Missing);
            var there = here with { Environment = "abroad" };
            var environment = Product.Ok(await services.GetRequiredService<IEnvironments>().CreateAsync(owner, "two-clusters", "shop", "abroad", false, "far", default));
            Assert.Equal("far", environment.Cluster?.Name);

            var plan = Product.Ok(await services.GetRequiredService<IPlans>().PlanAsync(owner, there, Product.Hello(), null, default));
            Assert.Equal("far", plan.Cluster?.Name);
            Assert.Contains(plan.Changes, change => change is { Kind: "Deployment", Name: "hello-web", Change: ChangeKind.Create });

            var apps = services.GetRequiredService<IApps>();
            foreach (var place in (ScopeRef[])[here, there]) Product.Ok(await apps.DeclareAsync(owner, place, Product.Hello(), null, null, default));
            foreach (var place in (ScopeRef[])[here, there]) await HealthAsync(services, owner, place, HealthState.Healthy);
            var ns = environment.Namespace;
            Assert.Equal(2, (await remote.Admin.AppsV1.ReadNamespacedDeploymentAsync("hello-web", ns)).Spec.Replicas);
            Assert.DoesNotContain((await embedded.Admin.CoreV1.ListNamespaceAsync()).Items, item => item.Metadata.Name == ns);
            // Without a class of its own, the cluster's default ingress controller serves it.
            Assert.Null((await remote.Admin.NetworkingV1.ReadNamespacedIngressAsync("hello", ns)).Spec.IngressClassName);
            Assert.NotNull(await remote.Admin.CoreV1.ReadNamespacedResourceQuotaAsync("portal", ns));

            Product.Ok(await apps.ScaleAsync(owner, there with { App = "hello" }, "web", 3, default));
            await Eventually.Async("three instances there", () => SnapshotAsync(services, owner, there), app => app is { Health: HealthState.Healthy, Instances.Length: 3 }, Patience);
            Assert.Equal(2, (await SnapshotAsync(services, owner, here)).Instances.Length);

            await SayRunningAsync(remote, ns);
            var lines = await Eventually.Async("a line of each instance", () => LinesAsync(services, owner, there), read => read.Count == 3, Patience);
            Assert.All(lines, line => Assert.StartsWith("written by hello-web-", line.Text, StringComparison.Ordinal));

            await StopAsync();
            var lost = await HealthAsync(services, owner, there, HealthState.Unknown);
            Assert.Contains("last heard of", lost.Reason, StringComparison.Ordinal);
            Assert.Equal(3, lost.Instances.Length);
            Product.Ok(await apps.ScaleAsync(owner, here with { App = "hello" }, "web", 4, default));
            await Eventually.Async("four instances here", () => SnapshotAsync(services, owner, here), app => app is { Health: HealthState.Healthy, Instances.Length: 4 }, Patience);
            Assert.Equal(ErrorKind.Unavailable, (await services.GetRequiredService<IPlans>().PlanAsync(owner, there, Product.Hello(), null, default)).Error?.Kind);
            var shown = Product.Ok(await services.GetRequiredService<IClusters>().CheckAsync(owner, "two-clusters", "far", default));
            Assert.Equal((ClusterState.Unreachable, "It does not answer."), (shown.State, shown.Problem));

            await NothingShowsAsync(services, owner, kubeconfig);
        }
        finally
        {
            foreach (var worker in Enumerable.Reverse(workers)) await worker.StopAsync(default);
            await StopAsync();
        }

        async Task StopAsync()
        {
            if (!isUp) return;
            isUp = false;
            await far.DisposeAsync();
            await logs.DisposeAsync();
            await remote.DisposeAsync();
        }
    }

    [Fact]
    public async Task Its_owner_adds_changes_and_removes_it_and_others_do_not()
    {
        await using var remote = await ControlPlane.StartAsync();
        await using var services = Build(remote);
        var clusters = services.GetRequiredService<IClusters>();
        var (owner, place) = await product.PlaceAsync("own-cluster");
        var (stranger, _) = await product.PlaceAsync("other-cluster");
        var maintainer = product.Accounts.Actor("cluster-maintainer");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, "own-cluster", maintainer.Email, Role.Maintainer, default));
        var kubeconfig = new Sensitive(await File.ReadAllTextAsync(remote.Server.AdminKubeconfig));
        var environments = services.GetRequiredService<IEnvironments>();

        Product.Refused(ErrorKind.Forbidden, await clusters.AddAsync(maintainer, "own-cluster", new("far", kubeconfig), default));
        Product.Refused(ErrorKind.Forbidden, await clusters.AddAsync(owner, null, new("far", kubeconfig), default));
        Product.Refused(ErrorKind.Invalid, await clusters.AddAsync(owner, "own-cluster", new("embedded", kubeconfig), default));
        Product.Ok(await clusters.AddAsync(owner, "own-cluster", new("far", kubeconfig), default));
        Product.Refused(ErrorKind.Conflict, await clusters.AddAsync(owner, "own-cluster", new("far", kubeconfig), default));
        Assert.Equal("far", Assert.Single(Product.Ok(await clusters.ListAsync(maintainer, "own-cluster", default))).Name);

        // A team's cluster is nothing to another team, and the platform's is there for all.
        Product.Refused(ErrorKind.NotFound, await clusters.GetAsync(stranger, "other-cluster", "far", default));
        Assert.Equal("cluster", Assert.Single(Product.Refused(ErrorKind.Invalid, await environments.CreateAsync(stranger, "other-cluster", "shop", "abroad", false, "far", default)).Fields).Path);
        var admin = product.Accounts.Actor("cluster-admin") with { PlatformRoles = PlatformRoles.PlatformAdmin };
        Product.Ok(await clusters.AddAsync(admin, null, new("shared", kubeconfig), default));
        Assert.Equal("shared", Product.Ok(await environments.CreateAsync(stranger, "other-cluster", "shop", "abroad", false, "shared", default)).Cluster?.Name);
        Product.Refused(ErrorKind.Forbidden, await clusters.RemoveAsync(owner, null, "shared", default));
        Product.Refused(ErrorKind.NotFound, await clusters.RemoveAsync(owner, "own-cluster", "shared", default));
        Assert.Contains("other-cluster/shop/abroad", Product.Refused(ErrorKind.Conflict, await clusters.RemoveAsync(admin, null, "shared", default)).Message, StringComparison.Ordinal);
        Assert.Empty(Product.Ok(await clusters.GetAsync(owner, "own-cluster", "shared", default)).Environments);

        Product.Ok(await environments.CreateAsync(owner, "own-cluster", "shop", "abroad", false, "far", default));
        Assert.Contains("own-cluster/shop/abroad", Product.Refused(ErrorKind.Conflict, await clusters.RemoveAsync(owner, "own-cluster", "far", default)).Message, StringComparison.Ordinal);
        Product.Ok(await clusters.RenameAsync(owner, "own-cluster", "far", "farther", default));
        Assert.Equal("farther", Product.Ok(await environments.GetAsync(owner, place with { Environment = "abroad" }, default)).Cluster?.Name);

        // Whose credentials may do less, that is said; whose are none, they are refused.
        var weak = new Sensitive(await File.ReadAllTextAsync(remote.Server.WriteKubeconfig("weak", "weak", [])));
        var limited = Product.Ok(await clusters.ReplaceAsync(owner, "own-cluster", "farther", weak, null, default));
        Assert.Equal(ClusterState.Limited, limited.State);
        Assert.Contains("create deployments.apps", limited.Missing);
        var nobody = new Sensitive(await File.ReadAllTextAsync(remote.Server.WriteTokenKubeconfig("nobody", "no-such-token")));
        Assert.Equal("kubeconfig", Assert.Single(Product.Refused(ErrorKind.Invalid, await clusters.ReplaceAsync(owner, "own-cluster", "farther", nobody, null, default)).Fields).Path);

        var audit = Product.Ok(await services.GetRequiredService<IAudit>().ListAsync(owner, "own-cluster", new(), default));
        foreach (var action in (string[])["cluster.add", "cluster.rename", "cluster.replace"]) Assert.Contains(audit, entry => entry.Action == action);
    }

    [Fact]
    public async Task A_kubeconfig_that_leads_to_this_machine_is_refused_unless_the_operator_allows_it()
    {
        await using var remote = await ControlPlane.StartAsync();
        await using var services = Build(remote, allowed: false);
        var (owner, _) = await product.PlaceAsync("no-loopback");
        var admin = product.Accounts.Actor("loopback-admin") with { PlatformRoles = PlatformRoles.PlatformAdmin };
        var kubeconfig = await File.ReadAllTextAsync(remote.Server.AdminKubeconfig);
        foreach (var host in (string[])["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0177.0.0.1", "2130706433"])
        {
            var draft = new ClusterDraft("near", new(kubeconfig.Replace("127.0.0.1", host, StringComparison.Ordinal)));
            foreach (var (actor, team) in ((Actor, string?)[])[(owner, "no-loopback"), (admin, null)])
            {
                var refused = Product.Refused(ErrorKind.Invalid, await services.GetRequiredService<IClusters>().AddAsync(actor, team, draft, default));
                Assert.Contains("address", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    private ServiceProvider Build(ControlPlane embedded, bool allowed = true)
    {
        var services = new ServiceCollection();
        product.Configure(services);
        services.AddSingleton(TimeProvider.System).AddSingleton<ICluster, KubeCluster>().AddSingleton(embedded.Admin);
        if (!allowed) services.PostConfigure<Portal.Core.PortalCoreOptions>(options => options.ClusterNetworks.Clear());
        return services.BuildServiceProvider();
    }

    private static async Task<AppSnapshot> SnapshotAsync(ServiceProvider services, Actor actor, ScopeRef place) =>
        Product.Ok(await services.GetRequiredService<IAppObserver>().GetAsync(actor, place with { App = "hello" }, default));

    private static Task<AppSnapshot> HealthAsync(ServiceProvider services, Actor actor, ScopeRef place, HealthState health) =>
        Eventually.Async($"{place} to be {health}", () => SnapshotAsync(services, actor, place), app => app.Health == health, Patience);

    private static async Task<List<LogLine>> LinesAsync(ServiceProvider services, Actor actor, ScopeRef place)
    {
        var lines = new List<LogLine>();
        await foreach (var line in Product.Ok(await services.GetRequiredService<ILogs>().ReadAsync(actor, place with { App = "hello" }, new(), default))) lines.Add(line);
        return lines;
    }

    private static async Task SayRunningAsync(ControlPlane plane, string ns)
    {
        foreach (var pod in (await plane.Admin.CoreV1.ListNamespacedPodAsync(ns)).Items)
        {
            var container = new JsonObject
            {
                ["name"] = pod.Spec.Containers[0].Name,
                ["image"] = "hello",
                ["imageID"] = "",
                ["ready"] = true,
                ["restartCount"] = 0,
                ["state"] = new JsonObject { ["running"] = new JsonObject() },
            };
            var status = new JsonObject { ["status"] = new JsonObject { ["containerStatuses"] = new JsonArray(container) } }.ToJsonString();
            await plane.Admin.CoreV1.PatchNamespacedPodStatusAsync(new V1Patch(status, V1Patch.PatchType.StrategicMergePatch), pod.Metadata.Name, ns);
        }
    }

    /// <summary>No part of the kubeconfig stands in what anybody can read, nor in the database.</summary>
    private async Task NothingShowsAsync(ServiceProvider services, Actor owner, string kubeconfig)
    {
        string[] secrets = [.. kubeconfig.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("client-", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];
        Assert.Equal(2, secrets.Length);
        var shown = System.Text.Json.JsonSerializer.Serialize(Product.Ok(await services.GetRequiredService<IClusters>().ListAsync(owner, "two-clusters", default)))
            + string.Join('\n', Product.Ok(await services.GetRequiredService<IAudit>().ListAsync(owner, "two-clusters", new(), default)));
        await using var connection = new NpgsqlConnection(product.SuperuserConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT encode(credentials, 'escape') || row_to_json(c)::text FROM portal.clusters c", connection);
        shown += (string?)await command.ExecuteScalarAsync();
        foreach (var secret in secrets) Assert.DoesNotContain(secret[..40], shown, StringComparison.Ordinal);
    }
}
