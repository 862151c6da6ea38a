using System.Net;
using k8s;
using k8s.Models;
using Kube.Network.Ingress;
using Kube.Network.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Integration.Tests.Network;

/// <summary>The ingress as the host composes it, on free loopback ports, following objects the test sets.</summary>
internal sealed class TestIngress : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestIngress(WebApplication app) => _app = app;

    public required ObjectList<V1Ingress> Ingresses { get; init; }

    public required ObjectList<V1Service> Services { get; init; }

    public required ObjectList<V1EndpointSlice> Slices { get; init; }

    public required ObjectList<V1Secret> Secrets { get; init; }

    public int HttpPort => Ports()[0];

    public int HttpsPort => Ports()[1];

    /// <summary>Starts it.</summary>
    /// <param name="api">Address of the API server that status and events go to; a closed port when not given.</param>
    public static async Task<TestIngress> StartAsync(string api = "http://127.0.0.1:1")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var ingresses = new ObjectList<V1Ingress>();
        var services = new ObjectList<V1Service>();
        var slices = new ObjectList<V1EndpointSlice>();
        var secrets = new ObjectList<V1Secret>();
        builder.Services.AddSingleton<IObjectSource<V1Ingress>>(ingresses).AddSingleton<IObjectSource<V1Service>>(services)
            .AddSingleton<IObjectSource<V1EndpointSlice>>(slices).AddSingleton<IObjectSource<V1Secret>>(secrets);
        builder.Services.AddSingleton<IKubernetes>(new Kubernetes(new KubernetesClientConfiguration { Host = api }));
        builder.Services.AddKubeIngress(new KubeIngressOptions { StatusAddresses = ["192.0.2.1", "lb.example.com"] });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenKubeIngress(IPAddress.Loopback, 0, 0));
        var app = builder.Build();
        app.MapKubeIngress();
        await app.StartAsync();
        return new TestIngress(app) { Ingresses = ingresses, Services = services, Slices = slices, Secrets = secrets };
    }

    /// <summary>A client whose requests go to the ingress whatever host they name.</summary>
    public HttpClient Client(bool tls = false) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, tls ? HttpsPort : HttpPort, cancellationToken);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        },
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private int[] Ports() => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];
}
