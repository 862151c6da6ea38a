using Kube.ApiServer.Admission;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Http;
using Kube.ApiServer.Http.Protobuf;
using Kube.ApiServer.Http.Streaming;
using Kube.ApiServer.Metrics;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kube.ApiServer;

/// <summary>Adds the Kubernetes API to a host. The store comes from <c>AddKubeStore</c>.</summary>
public static class ApiServerServiceCollectionExtensions
{
    /// <summary>Adds the API server's services.</summary>
    /// <param name="services">The host's services; an object store must be among them.</param>
    /// <param name="configure">Sets the options.</param>
    /// <exception cref="InvalidOperationException">Thrown when the host starts: the options are faulty; the message lists every fault with its key.</exception>
    public static IServiceCollection AddKubeApiServer(this IServiceCollection services, Action<ApiServerOptions> configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ =>
        {
            var options = new ApiServerOptions();
            configure(options);
            var faults = options.Faults();
            return faults.Count == 0 ? options : throw new InvalidOperationException("The API server's options are faulty: " + string.Join("; ", faults));
        });
        services.AddSingleton<ResourceCatalog>().AddSingleton<ObjectRegistry>();
        services.AddSingleton<ProtobufTables>().AddSingleton<ProtobufDecoder>().AddSingleton<RequestBody>();
        services.AddSingleton<TableWriter>().AddSingleton<ReadHandler>().AddSingleton<WriteHandler>().AddSingleton<PatchHandler>().AddSingleton<WatchHandler>();
        services.AddSingleton<SubresourceHandler>().AddSingleton<ScaleHandler>().AddSingleton<PodLogHandler>().AddSingleton<NodeConnection>().AddSingleton<ReviewHandler>();
        services.AddSingleton<NodeSummaries>().AddSingleton<MetricsHandler>();
        services.AddSingleton<EvictionHandler>().AddSingleton<PodStreamHandler>();
        services.AddSingleton<DiscoveryHandler>().AddSingleton<ModelDescriptions>().AddSingleton<OpenApiHandler>();
        services.AddSingleton<ClientCertificateAuthenticator>().AddSingleton<RequestAuthenticator>().AddSingleton<StandingGrant>();
        services.AddSingleton<IAuthorizer, MastersAuthorizer>();
        services.AddSingleton<IAuthorizer, ComponentAuthorizer>();
        services.AddSingleton<PodReferences>().AddSingleton<IAuthorizer, NodeAuthorizer>();
        services.AddSingleton<AuthorizerChain>();
        services.AddSingleton<ITokenAuthenticator, BootstrapTokenAuthenticator>();
        services.AddHostedService<CertificateSigner>();
        // Order matters: what changes the object comes before what counts it.
        services.AddSingleton<IAdmission, NamespaceLifecycle>().AddSingleton<IAdmission, NodeRestriction>().AddSingleton<IAdmission, CertificateRequestor>();
        services.AddSingleton<IAdmission, PodDefaults>().AddSingleton<IAdmission, LimitRanger>().AddSingleton<IAdmission, ServiceAddresses>().AddSingleton<IAdmission, ResourceQuotas>();
        services.AddHostedService<SystemNamespaces>();
        services.AddSingleton<RequestDispatcher>();
        return services;
    }

    /// <summary>Answers every path of the host with the Kubernetes API.</summary>
    public static IEndpointConventionBuilder MapKubeApiServer(this IEndpointRouteBuilder endpoints)
    {
        var dispatcher = endpoints.ServiceProvider.GetRequiredService<RequestDispatcher>();
        return endpoints.Map("/{**path}", dispatcher.HandleAsync);
    }
}
