using System.Collections.Immutable;
using Integration.Tests.ApiServer;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Compile;
using Portal.Core.Observe;
using Testing;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Objects_reach_a_real_api_server : IAsyncLifetime
{
    private ApiServerFixture _server = null!;
    private Kubernetes _client = null!;
    private KubeCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(_server.AdminKubeconfig));
        _cluster = new(new OneCluster(_client));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Applying_twice_changes_nothing_the_second_time_and_prunes_what_a_release_no_longer_has()
    {
        var applier = new Applier(_cluster);
        await applier.ApplyAsync(Input(1, "hello"), [], default);
        var first = await VersionsAsync();
        Assert.Equal(["ConfigMap/hello-env", "Deployment/hello-web", "Deployment/hello-worker", "Ingress/hello", "Secret/hello-secrets", "Service/hello", "ServiceAccount/hello"], Kinds(first));
        await applier.ApplyAsync(Input(1, "hello"), [], default);
        Assert.Equal(first, await VersionsAsync());

        var smaller = Input(2, "bye");
        smaller = smaller with { Spec = smaller.Spec with { Processes = smaller.Spec.Processes.Remove("worker") } };
        await applier.ApplyAsync(smaller, [], default);
        Assert.DoesNotContain("Deployment/hello-worker", Kinds(await VersionsAsync()));
        Assert.Equal(2, (await VersionsAsync()).Keys.Count(key => key.StartsWith("ConfigMap/", StringComparison.Ordinal)));
        await applier.PruneAllAsync(smaller, default);
        Assert.Single((await VersionsAsync()).Keys, key => key.StartsWith("ConfigMap/", StringComparison.Ordinal));

        Assert.True(await applier.RemoveAsync(Input(2, "bye").Namespace, "hello", default));
        Assert.Empty(await VersionsAsync());
    }

    [Fact]
    public async Task A_dry_run_shows_the_change_and_makes_none()
    {
        var applier = new Applier(_cluster);
        await applier.ApplyAsync(Input(1, "hello"), [], default);
        var before = await VersionsAsync();
        var wish = Compiler.Compile(Input(2, "bye") with { Spec = Input(2, "bye").Spec with { Image = "localhost/portal/hello:2" } }).Single(o => o.Name == "hello-web");
        var shown = await _cluster.ApplyAsync(Input(1, "hello").Namespace, wish, dryRun: true, default);
        Assert.Equal("localhost/portal/hello:2", (string?)shown["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]);
        Assert.Equal(before, await VersionsAsync());
    }

    [Fact]
    public async Task The_cache_follows_the_cluster()
    {
        var cache = new ClusterCache(_client, new ChangeFeed(), TimeProvider.System, NullLogger<ClusterCache>.Instance);
        await cache.StartAsync(default);
        try
        {
            await Eventually.Async("the caches have synced", () => Task.FromResult(cache.IsFresh), now => now);
            var input = Input(1, "hello");
            await new Applier(_cluster).ApplyAsync(input, [], default);
            await Eventually.Async("two deployments are in the cache", () => Task.FromResult(cache.Deployments.In(input.Namespace).Count == 2), now => now);
            await new Applier(_cluster).RemoveAsync(input.Namespace, "hello", default);
            await Eventually.Async("the cache is empty again", () => Task.FromResult(cache.Deployments.In(input.Namespace).IsEmpty), now => now);
        }
        finally
        {
            await cache.StopAsync(default);
        }
    }

    [Fact]
    public async Task What_the_server_finds_invalid_is_final_and_says_why()
    {
        var input = Input(1, "hello");
        await new Applier(_cluster).ApplyAsync(input, [], default);
        var bad = Compiler.Compile(input).Single(o => o.Name == "hello-web");
        bad.Body["spec"]!["selector"]!["matchLabels"]![Labels.App] = "another";
        var refused = await Assert.ThrowsAsync<ClusterException>(() => _cluster.ApplyAsync(input.Namespace, bad, dryRun: false, default));
        Assert.True(refused.IsFinal, refused.Message);
        Assert.NotEmpty(refused.Message);
    }

    private static CompileInput Input(int release, string greeting) => new()
    {
        Team = "acme",
        Project = "shop",
        Environment = "production",
        Namespace = "shop-production-0a1b2c3d",
        App = "hello",
        Release = release,
        InstanceRelease = release,
        Host = "hello-production-shop.apps.localhost",
        Spec = new()
        {
            Image = "localhost/portal/hello:1",
            Processes = AppSpecs.Processes(("web", new() { Port = 8080, Health = new() { Path = "/" } }), ("worker", new() { Command = ["work"] })),
            Env = ImmutableSortedDictionary<string, string>.Empty.Add("GREETING", greeting),
            Secrets = ["KEY"],
        },
        SecretVersions = ImmutableSortedDictionary<string, int>.Empty.Add("KEY", 1),
        SecretValues = ImmutableSortedDictionary<string, Sensitive>.Empty.Add("KEY", new("value")),
    };

    // The parts of names that follow from content are left out.
    private static string[] Kinds(IReadOnlyDictionary<string, string> versions) =>
        [.. versions.Keys.Select(key => key.Contains("-env-", StringComparison.Ordinal) || key.Contains("-secrets-", StringComparison.Ordinal) ? key[..key.LastIndexOf('-')] : key).Order(StringComparer.Ordinal)];

    private async Task<Dictionary<string, string>> VersionsAsync() =>
        (await _cluster.ListAsync("shop-production-0a1b2c3d", "hello", default)).ToDictionary(o => $"{o.Kind}/{o.Name}", o => (string)o.Body["metadata"]!["resourceVersion"]!);
}
