using System.Net;
using System.Net.Security;
using k8s.Models;
using Kube.Network.Ingress.Certificates;
using Kube.Network.Ingress.Figures;
using Kube.Network.Ingress.Forwarding;
using Kube.Network.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Kube.Network.Ingress;

/// <summary>Registers the ingress.</summary>
public static class KubeIngressServices
{
    /// <summary>
    /// Adds the ingress: requests go by host and path straight to the ready pods of a service. Needs an <see cref="k8s.IKubernetes"/> that may list and watch
    /// ingresses, services, endpointslices and Secrets, patch ingresses/status, apply the ConfigMaps of its figures and create events.
    /// </summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Lists every fault of the options.</exception>
    public static IServiceCollection AddKubeIngress(this IServiceCollection services, KubeIngressOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.AddRouting();
        services.AddHttpForwarder();
        services.AddSingleton(options);
        services.AddSingleton<IngressRouter>();
        services.AddSingleton<IngressHttpClient>();
        services.AddSingleton<IngressForwarder>();
        services.AddSingleton<CertificateStore>();
        services.AddSingleton<IngressStatusWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<IngressStatusWriter>());
        services.AddSingleton<IngressFigures>();
        services.AddHostedService<IngressFiguresWriter>();
        services.AddHostedService<IngressController>();
        return services
            .TryAddObjectSource<V1Ingress>()
            .TryAddObjectSource<V1Service>()
            .TryAddObjectSource<V1EndpointSlice>()
            .TryAddObjectSource<V1Secret>(fieldSelector: "type=kubernetes.io/tls");
    }

    /// <summary>Serves every request that no other endpoint of the host takes.</summary>
    public static IEndpointConventionBuilder MapKubeIngress(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var forwarder = endpoints.ServiceProvider.GetRequiredService<IngressForwarder>();
        return endpoints.Map("/{**path}", (RequestDelegate)forwarder.HandleAsync).WithOrder(int.MaxValue).WithDisplayName("Ingress");
    }

    /// <summary>Listens for the ingress: HTTP/1.1 on one port, TLS with HTTP/1.1 and HTTP/2 on the other, the certificate chosen by the name the client asks for.</summary>
    /// <param name="kestrel">The web server of the ingress's own host.</param>
    /// <param name="address">Address to listen at.</param>
    /// <param name="httpPort">Port without TLS.</param>
    /// <param name="httpsPort">Port with TLS.</param>
    public static void ListenKubeIngress(this KestrelServerOptions kestrel, IPAddress address, int httpPort, int httpsPort)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        // How large an upload may be is the app's to say.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Listen(address, httpPort, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(address, httpsPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            var certificates = kestrel.ApplicationServices.GetRequiredService<CertificateStore>();
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = context => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificates.Select(context.ClientHelloInfo.ServerName),
                }),
            });
        });
    }
}
