using System.Net;
using Integration.Tests.ApiServer;
using k8s;
using Kube.Controllers;
using Kube.Machinery.Client;
using Kube.Scheduler;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Integration.Tests.Controllers;

/// <summary>A real API server with the scheduler and the controllers as its clients, each under its own user.</summary>
public sealed class ControlPlane : IAsyncDisposable
{
    // Of the range for documentation: nothing is sent there.
    private static readonly IPAddress Advertised = IPAddress.Parse("192.0.2.1");
    private readonly List<IHost> _hosts = [];

    private ControlPlane(ApiServerFixture server)
    {
        Server = server;
        Admin = KubeClients.FromKubeconfig(server.AdminKubeconfig);
    }

    public ApiServerFixture Server { get; }

    public IKubernetes Admin { get; }

    /// <summary>Starts one.</summary>
    /// <param name="configure">Adds to or replaces the server's services; the store is in memory otherwise.</param>
    /// <param name="published">The cluster's authority and the service <c>kubernetes</c> are made, as an installation has them.</param>
    public static async Task<ControlPlane> StartAsync(Action<IServiceCollection>? configure = null, bool published = false)
    {
        var plane = new ControlPlane(await ApiServerFixture.StartAsync(configure, options => options.AdvertiseAddress = published ? Advertised : null));
        await plane.RunAsync("system:kube-scheduler", services => services.AddKubeScheduler(new SchedulerOptions()));
        await plane.RunAsync("system:kube-controller-manager", services => services.AddKubeControllers(new KubeControllersOptions
        {
            RootCertificate = published ? plane.Server.Authority.CertificatePem : null,
        }));
        return plane;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        Admin.Dispose();
        await Server.DisposeAsync();
    }

    private async Task RunAsync(string user, Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(KubeClients.FromKubeconfig(Server.WriteKubeconfig(user.Replace(':', '-'), user, [])));
        add(builder.Services);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
    }
}
