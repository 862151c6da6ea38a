using System.Net;
using Kube.Controllers;
using Kube.Machinery.Client;
using Kube.Scheduler;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>Scheduler and controllers: a host each, because each is a client of the API with a name and rights of its own.</summary>
internal static class ControlPlaneHost
{
    /// <param name="options">The start.</param>
    /// <param name="suffix">Keeps further servers of an instance apart, in their kubeconfigs and as candidates for the Lease; empty for the first.</param>
    public static IHost BuildScheduler(StartOptions options, string suffix = "") =>
        Build(options, "scheduler" + suffix, services => services.AddKubeScheduler(new SchedulerOptions { Identity = Environment.MachineName + suffix }));

    /// <param name="options">The start.</param>
    /// <param name="settings">The instance.</param>
    /// <param name="pki">Its root certificate, which every namespace gets.</param>
    /// <param name="suffix">As for the scheduler.</param>
    public static IHost BuildControllers(StartOptions options, InstanceSettings settings, ClusterPki pki, string suffix = "") =>
        Build(options, "controllers" + suffix, services => services.AddKubeControllers(new KubeControllersOptions
        {
            ClusterPodCidr = IPNetwork.Parse(settings.PodCidr),
            Identity = Environment.MachineName + suffix,
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
