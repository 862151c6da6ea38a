using System.Net;
using Kube.ApiServer;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Storage;
using Kube.Machinery.Placement;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Portal.Host.Bridges;
using Portal.Host.Instance;
using Portal.Host.Postgres;

namespace Portal.Host.Composition;

/// <summary>The Kubernetes API server on its store, a host of its own with TLS.</summary>
internal static class KubeApiHost
{
    public static IHost Build(StartOptions options, InstanceSettings settings, ClusterPki pki, PostgresCluster postgres, ConsoleServices console, SchedulerServices scheduler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        Logs.Configure(builder.Logging);
        builder.WebHost.UseKestrelHttpsConfiguration();
        var certificate = pki.IssueServing([.. options.ServerNames, settings.KubernetesServiceIp]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The API server answers a large body with its own Status; a watch may be silent for minutes.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Any, options.Ports.Kubernetes, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    // Whether a certificate counts is decided by the API server's own authentication: its authority is the cluster's, not the system's.
                    https.AllowAnyClientCertificate();
                });
            });
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddKubeStore(store =>
        {
            store.ConnectionString = postgres.ConnectionString("kube_store", "kube", pool: 8);
            store.Address = options.KubernetesUrl;
            store.EncryptionKeyPath = Path.Combine(options.Data.Keys, "kube-secrets.key");
        });
        builder.Services.AddKubeApiServer(server =>
        {
            server.CaCertificatePath = pki.CaCertificatePath;
            server.CaKeyPath = pki.CaKeyPath;
            server.KubeletClientCertificatePath = pki.KubeletClientCertificatePath;
            server.KubeletClientKeyPath = pki.KubeletClientKeyPath;
            server.FrontProxyCaCertificatePath = pki.FrontProxyCaCertificatePath;
            server.FrontProxyClientCertificatePath = pki.FrontProxyClientCertificatePath;
            server.FrontProxyClientKeyPath = pki.FrontProxyClientKeyPath;
            server.ServiceCidr = settings.ServiceCidr;
            server.AdvertiseAddress = IPAddress.TryParse(options.NodeAddress, out var advertised) && !IPAddress.IsLoopback(advertised) ? advertised : null;
            // The embedded provider's tokens come through the bridge, which knows of ended sessions; another's are verified by its published keys.
            if (options.Authority is { } provider)
            {
                server.Oidc.IssuerUrl = provider.Authority;
                server.Oidc.ClientId = provider.ClientId;
                server.Oidc.GroupsClaim = "groups";
                server.Oidc.GroupsPrefix = "oidc:";
            }

            server.AuditLogPath = Path.Combine(options.Data.Log, "kube-audit.log");
            server.AdvertisePort = options.Ports.Kubernetes;
            server.DnsServiceAddress = settings.ClusterDns;
        });
        builder.Services.AddSingleton(console);
        builder.Services.AddSingleton<IPlacementReviews>(scheduler);
        builder.Services.AddSingleton<ITokenAuthenticator, PortalTokens>();
        builder.Services.AddSingleton<IAuthorizer, PortalRights>();
        var app = builder.Build();
        // What a joining node pins by its hash; .NET on Linux leaves the root out of the chain it sends in the handshake.
        app.MapGet("/cacerts", () => Results.Text(pki.Authority.CertificatePem, "application/x-pem-file"));
        app.MapKubeApiServer();
        return app;
    }
}
