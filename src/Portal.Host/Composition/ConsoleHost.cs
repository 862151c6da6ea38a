using System.Net;
using Kube.Machinery.Client;
using OpenTelemetry.Metrics;
using Portal.Core;
using Portal.Core.Members;
using Portal.Host.Bridges;
using Portal.Host.Instance;
using Portal.Host.Postgres;
using Portal.Identity;
using Portal.Web;
using Portal.Web.Account;
using Portal.Web.Endpoints;

namespace Portal.Host.Composition;

/// <summary>Console, REST API, webhooks and the OpenID Connect server, a host of its own on the console's port.</summary>
internal static class ConsoleHost
{
    private const long MostRequestBytes = 1024 * 1024;

    public static WebApplication Build(StartOptions options, PostgresCluster postgres)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Pages and assets lie beside the executable, wherever the command is run from.
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(ConsoleHost).Assembly.GetName().Name,
            EnvironmentName = Environments.Production,
        });
        Logs.Configure(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostRequestBytes;
            kestrel.Listen(IPAddress.Any, options.Ports.Console);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(KubeClients.FromKubeconfig(options.Data.Kubeconfig("portal")));
        builder.Services.AddPortalIdentity(identity => IdentitySettings.Apply(identity, options, postgres));
        builder.Services.AddPortalCore(core =>
        {
            core.ConnectionString = postgres.ConnectionString("portal_app", "portal");
            core.SecretKeyFile = Path.Combine(options.Data.Keys, "app-secrets.key");
            core.BaseDomain = options.BaseDomain;
            core.IngressPort = options.Ports.Http;
            NotificationSettings.Apply(core, options.Data);
            ClusterSettings.Apply(core, options.Data);
        });
        builder.Services.AddSingleton<IUserDirectory, AccountUserDirectory>();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Portal.Core.Nodes.INodeInvitations, NodeInvitations>();
        builder.Services.AddPortalAccount();
        builder.Services.AddPortalWeb();
        // The instance stops its hosts in its own order; a lifetime that heard the signal itself would cut circuits before they are drained.
        builder.Services.AddSingleton<IHostLifetime, StoppedByInstance>();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation()
            .AddRuntimeInstrumentation()
            .AddMeter("Portal.*", "Kube.*")
            .AddPrometheusExporter());

        var app = builder.Build();
        app.UsePortalWeb();
        app.UseWebSockets();
        app.UsePortalIdentity();
        app.MapPortalAccount();
        app.MapPortalApi();
        app.MapPortalWeb();
        Probes.Map(app, postgres);
        return app;
    }

    private sealed class StoppedByInstance : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
