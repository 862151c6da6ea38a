using Kube.ApiServer.Admission;
using Kube.ApiServer.Admission.PodSecurity;
using Kube.ApiServer.Admission.Quotas;
using Kube.ApiServer.Audit;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authentication.Oidc;
using Kube.ApiServer.Authentication.ServiceAccounts;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Authorization.Rbac;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Fairness;
using Kube.ApiServer.Http;
using Kube.ApiServer.Http.Protobuf;
using Kube.ApiServer.Http.Streaming;
using Kube.ApiServer.Metrics;
using Kube.ApiServer.Peers;
using Kube.ApiServer.Placement;
using Kube.ApiServer.Presence;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Registry.Custom;
using Kube.ApiServer.Schema;
using Kube.ApiServer.Storage;
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
        services.AddSingleton<SubresourceHandler>().AddSingleton<ScaleHandler>().AddSingleton<PodLogHandler>().AddSingleton<NodeConnection>().AddSingleton<AccessReviews>().AddSingleton<ReviewHandler>();
        services.AddSingleton<PlacementHandler>().AddSingleton<PlacementSets>().AddSingleton<PlacementNodes>().AddSingleton<PlacementQuota>();
        services.AddSingleton<DiscoveryHandler>().AddSingleton<ModelDescriptions>().AddSingleton<OpenApiNames>().AddSingleton<OpenApiHandler>();
        services.AddSingleton<ClientCertificateAuthenticator>().AddSingleton<FrontProxyAuthenticator>().AddSingleton<RequestAuthenticator>().AddSingleton<Impersonation>().AddSingleton<StandingGrant>();
        services.AddSingleton<NodeSummaries>().AddSingleton<MetricsHandler>();
        services.AddSingleton<EvictionHandler>().AddSingleton<PodStreamHandler>();
        services.AddSingleton<PeerForwarder>().AddSingleton<ReadConsistency>();
        services.AddSingleton<IAuthorizer, MastersAuthorizer>();
        services.AddSingleton<PodReferences>().AddSingleton<IAuthorizer, NodeAuthorizer>();
        services.AddSingleton<RbacIndex>().AddSingleton<RbacAuthorizer>().AddSingleton<IAuthorizer>(provider => provider.GetRequiredService<RbacAuthorizer>());
        services.AddSingleton<AuthorizerChain>();
        services.AddSingleton<ITokenAuthenticator, BootstrapTokenAuthenticator>();
        services.AddSingleton<ServiceAccountKey>().AddSingleton<ServiceAccountTokens>().AddSingleton<IssuerDiscovery>().AddSingleton<TokenRequestHandler>();
        services.AddSingleton<ITokenAuthenticator>(provider => provider.GetRequiredService<ServiceAccountTokens>());
        services.AddSingleton<ITokenAuthenticator, OidcTokens>();
        services.AddLeaderService<CertificateSigner>();
        // Order matters: what changes the object comes before what judges it, and what counts it comes last.
        services.AddSingleton<IAdmission, NamespaceLifecycle>().AddSingleton<IAdmission, NodeRestriction>().AddSingleton<IAdmission, CertificateRequestor>();
        services.AddSingleton<IAdmission, ServiceAccounts>().AddSingleton<IAdmission, PodPriority>().AddSingleton<IAdmission, RuntimeClasses>().AddSingleton<IAdmission, DefaultClasses>().AddSingleton<IAdmission, LimitRanger>();
        services.AddSingleton<IAdmission, RoleEscalation>().AddSingleton<IAdmission, OwnerReferences>().AddSingleton<IAdmission, PodSecurityAdmission>();
        services.AddSingleton<IAdmission, ServiceAddresses>().AddSingleton<IAdmission, CustomResourceNames>();
        services.AddSingleton<QuotaUsage>().AddSingleton<IAdmission, ResourceQuotas>();
        services.AddLeaderService<QuotaStatus>();
        services.AddLeaderService<SystemNamespaces>().AddLeaderService<DefaultRoleSetup>().AddLeaderService<RoleAggregation>().AddLeaderService<KubernetesService>().AddLeaderService<AccountSecrets>();
        services.AddSingleton<RequestLanes>().AddSingleton<AuditLog>().AddHostedService(provider => provider.GetRequiredService<AuditLog>());
        services.AddSingleton<CustomDefinitions>().AddHostedService<DefinitionController>();
        services.AddSingleton<NodePresence>().AddSingleton<NodeKnock>().AddSingleton<NodeAccuser>().AddHostedService<PresenceMonitor>();
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
