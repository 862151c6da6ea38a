using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Portal.Core;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Projects;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Core.Teams;
using Portal.Migrations;
using Testing;
using Xunit;

namespace Integration.Tests.Core;

/// <summary>The product on a real PostgreSQL, as the role portal_app, against a cluster in memory. Workers run only when a test lets them.</summary>
public sealed class Product : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("core-product-").FullName;
    private PostgresServer _postgres = null!;
    private ServiceProvider _services = null!;

    internal FakeCluster Cluster { get; } = new();

    internal Accounts Accounts { get; } = new();

    internal FakeTimeProvider Clock { get; } = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    internal string AppConnection => _postgres.ConnectionString("portal", "portal_app");

    /// <summary>The database as no tenant sees it: without row-level security.</summary>
    internal string SuperuserConnection => _postgres.ConnectionString("portal");

    internal string OwnerConnection => _postgres.ConnectionString("portal", "portal_owner");

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartNewAsync(new Dictionary<string, string> { ["max_connections"] = "120" });
        await _postgres.CreateDatabaseAsync("scratch", "portal_app");
        await _postgres.CreateDatabaseAsync("portal", "portal_owner");
        await PortalMigrations.MigrateAsync(OwnerConnection);
        // Again: nothing to do, and no fault.
        await PortalMigrations.MigrateAsync(OwnerConnection);
        _services = Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await _postgres.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    internal T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Another process of the same product.</summary>
    internal ServiceProvider Build()
    {
        var services = new ServiceCollection();
        Configure(services);
        return services.BuildServiceProvider();
    }

    internal void Configure(IServiceCollection services) => services
        .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning))
        .AddSingleton<TimeProvider>(Clock)
        .AddSingleton<ICluster>(Cluster)
        .AddSingleton<IUserDirectory>(Accounts)
        .AddSingleton<IKubernetes>(_ => new Kubernetes(new KubernetesClientConfiguration { Host = "http://127.0.0.1:9" }))
        .AddPortalCore(options =>
        {
            options.ConnectionString = AppConnection + ";Maximum Pool Size=30";
            options.SecretKeyFile = Path.Combine(_directory, "secrets.key");
            // Where the tests' own receivers of notifications listen.
            options.NotificationNetworks.Add("127.0.0.1/32");
            // Where the tests' own API servers listen.
            options.ClusterNetworks.Add("127.0.0.1/32");
        });

    /// <summary>A team with a project and an environment, owned by an account of the team's name.</summary>
    internal async Task<(Actor Owner, ScopeRef Environment)> PlaceAsync(string team, bool isProtected = false)
    {
        var owner = Accounts.Actor(team);
        Ok(await Get<ITeams>().CreateAsync(owner, team, null, default));
        Ok(await Get<IProjects>().CreateAsync(owner, team, "shop", default));
        Ok(await Get<IEnvironments>().CreateAsync(owner, team, "shop", "production", isProtected, null, default));
        return (owner, new(team, "shop", "production"));
    }

    /// <summary>A cluster of a team as if it had been added: nothing answers there. Yields its name.</summary>
    internal async Task<string> ClusterAsync(Actor founder, string team)
    {
        var id = Ok(await Get<ITeams>().GetAsync(founder, team, default)).Id;
        await using var db = await OpenAsync(TenantContext.ForTeam(id));
        db.Clusters.Add(new()
        {
            Id = Guid.NewGuid(),
            TeamId = id,
            Name = "far",
            Server = "https://far.example.com",
            Credentials = [],
            Revision = 1,
            Version = "",
            Problem = "",
            Missing = [],
            HasPlacement = false,
            HasUsage = false,
            CreatedAt = Clock.GetUtcNow(),
        });
        await db.CommitAsync(default);
        return "far";
    }

    internal async Task<(Actor Owner, ScopeRef App)> AppAsync(string team)
    {
        var (owner, environment) = await PlaceAsync(team);
        Ok(await Get<IApps>().DeclareAsync(owner, environment, Hello(), null, null, default));
        return (owner, environment with { App = "hello" });
    }

    internal static AppDeclaration Hello(string name = "hello") => new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            Image = "localhost/portal/hello:1",
            Processes = AppSpecs.Processes(("web", new() { Port = 8080, Replicas = 2, Health = new() { Path = "/" } })),
        },
    };

    internal static T Ok<T>(Result<T> result)
    {
        Assert.True(result.IsOk, result.Error?.ToString());
        return result.Value!;
    }

    internal static Error Refused<T>(ErrorKind kind, Result<T> result)
    {
        Assert.False(result.IsOk);
        Assert.Equal(kind, result.Error!.Kind);
        return result.Error;
    }

    internal Task RolloutPassAsync() => Get<RolloutSteps>().PassAsync(null, default);

    internal Task DeliveryPassAsync() => Get<DeliveryWorker>().PassAsync(default);

    internal async Task<RolloutView> RolloutAsync(Actor actor, ScopeRef app, int number) => Ok(await Get<IReleases>().GetAsync(actor, app, number, default)).Rollout;

    internal Task<StoredProof> ProveAsync() => StoredProduct.ProveAsync(AppConnection, Path.Combine(_directory, "secrets.key"), default);

    internal Task<PortalDbContext> OpenAsync(TenantContext tenant) => Get<ITenantDbContextFactory>().CreateAsync(tenant, default);
}
