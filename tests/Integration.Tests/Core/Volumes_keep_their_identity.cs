using System.Collections.Immutable;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Projects;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Core.Volumes;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Volumes_keep_their_identity(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Over_redeploy_rollback_removal_and_a_deleted_app_within_the_period()
    {
        var (owner, environment) = await product.PlaceAsync("volumes");
        var app = environment with { App = "db" };
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, environment, default)).Namespace;
        await DeclareAsync(owner, environment, Database("db:1"));
        var claim = Assert.Single(await VolumesAsync(owner, environment)).Claim;
        Assert.Contains($"{ns}/PersistentVolumeClaim/{claim}", product.Cluster.Keys);
        Assert.Equal(claim, MountedClaim(ns));

        await DeclareAsync(owner, environment, Database("db:2"));
        Product.Ok(await product.Get<IReleases>().RollBackAsync(owner, app, 1, default));
        await product.RolloutPassAsync();
        Assert.Equal(claim, MountedClaim(ns));

        // No longer declared: kept, and its own again.
        var without = Database("db:2") with { Spec = Database("db:2").Spec with { Volumes = ImmutableSortedDictionary<string, VolumeSpec>.Empty, Processes = AppSpecs.Processes(("main", new() { Port = 5432 })) } };
        await DeclareAsync(owner, environment, without);
        Assert.False(Assert.Single(await VolumesAsync(owner, environment)).InUse);
        Assert.Contains($"{ns}/PersistentVolumeClaim/{claim}", product.Cluster.Keys);
        await DeclareAsync(owner, environment, Database("db:2"));
        Assert.Equal(claim, MountedClaim(ns));

        Product.Ok(await product.Get<IApps>().DeleteAsync(owner, app, default));
        await product.Get<DeletionSteps>().PassAsync(null, default);
        Product.Refused(ErrorKind.NotFound, await product.Get<IApps>().GetAsync(owner, app, default));
        Assert.Contains($"{ns}/PersistentVolumeClaim/{claim}", product.Cluster.Keys);
        await DeclareAsync(owner, environment, Database("db:3"));
        Assert.Equal((claim, true), (MountedClaim(ns), Assert.Single(await VolumesAsync(owner, environment)).InUse));

        Product.Ok(await product.Get<IApps>().DeleteAsync(owner, app, default));
        await product.Get<DeletionSteps>().PassAsync(null, default);
        product.Clock.Advance(TimeSpan.FromDays(8));
        await product.Get<DeletionSteps>().PassAsync(null, default);
        Assert.DoesNotContain($"{ns}/PersistentVolumeClaim/{claim}", product.Cluster.Keys);
        Assert.Empty(await VolumesAsync(owner, environment));
    }

    [Fact]
    public async Task A_volume_in_use_is_not_deleted_and_its_size_stays()
    {
        var (owner, environment) = await product.PlaceAsync("volume-held");
        await DeclareAsync(owner, environment, Database("db:1"));
        var volume = Assert.Single(await VolumesAsync(owner, environment));
        Product.Refused(ErrorKind.Conflict, await product.Get<IVolumes>().DeleteAsync(owner, environment, volume.Id, default));
        var larger = Database("db:1") with { Spec = Database("db:1").Spec with { Volumes = ImmutableSortedDictionary<string, VolumeSpec>.Empty.Add("data", new() { Size = "2Gi" }) } };
        var refused = Product.Refused(ErrorKind.Invalid, await product.Get<IApps>().DeclareAsync(owner, environment, larger, null, null, default));
        Assert.Equal("spec.volumes.data.size", Assert.Single(refused.Fields).Path);
        Product.Refused(ErrorKind.Invalid, await product.Get<IPlans>().PlanAsync(owner, environment, larger, null, default));
    }

    [Fact]
    public async Task A_reference_resolves_to_the_other_apps_service_and_a_dangling_one_is_refused()
    {
        var (owner, environment) = await product.PlaceAsync("references");
        var ns = Product.Ok(await product.Get<IEnvironments>().GetAsync(owner, environment, default)).Namespace;
        var front = Product.Hello("front") with { Spec = Product.Hello().Spec with { Env = Product.Hello().Spec.Env.Add("DB", "${db.main.host}:${db.main.port}") } };
        var refused = Product.Refused(ErrorKind.Invalid, await product.Get<IApps>().DeclareAsync(owner, environment, front, null, null, default));
        Assert.Equal("spec.env.DB", Assert.Single(refused.Fields).Path);

        await DeclareAsync(owner, environment, Database("db:1"));
        var plan = Product.Ok(await product.Get<IPlans>().PlanAsync(owner, environment, front, null, default));
        Assert.Contains(plan.Changes, change => change.Kind == "ConfigMap" && change.Fields.Any(f => f.To!.Contains($"db-main.{ns}.svc.cluster.local:5432", StringComparison.Ordinal)));
        await DeclareAsync(owner, environment, front);
    }

    private async Task DeclareAsync(Actor owner, ScopeRef environment, AppDeclaration declaration)
    {
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, declaration, null, null, default));
        await product.RolloutPassAsync();
    }

    private async Task<IReadOnlyList<VolumeView>> VolumesAsync(Actor owner, ScopeRef environment) => Product.Ok(await product.Get<IVolumes>().ListAsync(owner, environment, default));

    private string MountedClaim(string ns) =>
        (string)product.Cluster.Get(ns, "Deployment", "db-main")["spec"]!["template"]!["spec"]!["volumes"]![0]!["persistentVolumeClaim"]!["claimName"]!;

    private static AppDeclaration Database(string image) => new()
    {
        Metadata = new() { Name = "db" },
        Spec = new()
        {
            Image = image,
            Processes = AppSpecs.Processes(("main", new() { Port = 5432, Mounts = ImmutableSortedDictionary<string, string>.Empty.Add("data", "/data") })),
            Volumes = ImmutableSortedDictionary<string, VolumeSpec>.Empty.Add("data", new() { Size = "1Gi" }),
        },
    };
}
