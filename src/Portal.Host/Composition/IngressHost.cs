using System.Net;
using Kube.Machinery.Client;
using Kube.Network.Ingress;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>The ingress, a host of its own on the two ingress ports.</summary>
internal static class IngressHost
{
    public static IHost Build(StartOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        Logs.Configure(builder.Logging);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ListenKubeIngress(IPAddress.Any, options.Ports.Http, options.Ports.Https);
        });
        builder.Services.AddSingleton(KubeClients.FromKubeconfig(options.Data.Kubeconfig("ingress")));
        builder.Services.AddKubeIngress(new KubeIngressOptions { StatusAddresses = [options.NodeAddress] });
        var app = builder.Build();
        app.MapKubeIngress();
        return app;
    }
}
