using System.Net;
using Kube.Controllers;
using Kube.Machinery.Client;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>Scheduler and controllers: a host each, because each is a client of the API with a name and rights of its own.</summary>
internal static class ControlPlaneHost
{
    public static IHost BuildScheduler(StartOptions options) =>
        Build(options, "scheduler", services => services.AddKubeScheduler());

    public static IHost BuildControllers(StartOptions options, InstanceSettings settings, ClusterPki pki) =>
        Build(options, "controllers", services => services.AddKubeControllers(new KubeControllersOptions
        {
            ClusterPodCidr = IPNetwork.Parse(settings.PodCidr),
            RootCertificate = pki.Authority.CertificatePem,
        }));

    private static IHost Build(StartOptions options, string component, Action<IServiceCollection> add)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Logs.Configure(builder.Logging);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(KubeClients.FromKubeconfig(options.Data.Kubeconfig(component)));
        add(builder.Services);
        return builder.Build();
    }
}
