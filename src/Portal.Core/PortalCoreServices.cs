using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Core.Activity;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Deliveries;
using Portal.Core.Domains;
using Portal.Core.Freezes;
using Portal.Core.Members;
using Portal.Core.Metrics;
using Portal.Core.Nodes;
using Portal.Core.Notifications;
using Portal.Core.Observe;
using Portal.Core.Placements;
using Portal.Core.Plan;
using Portal.Core.Previews;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Releases;
using Portal.Core.Tasks;
using Portal.Core.Teams;
using Portal.Core.Terminals;
using Portal.Core.Transfers;
using Portal.Core.Volumes;

namespace Portal.Core;

/// <summary>Adds the product.</summary>
public static class PortalCoreServices
{
    /// <summary>
    /// Adds the use cases and their workers. Expects <c>k8s.IKubernetes</c> (user <c>system:portal</c>) and <see cref="IUserDirectory"/> from the host.
    /// Settings are validated at start, all faults at once.
    /// </summary>
    public static IServiceCollection AddPortalCore(this IServiceCollection services, Action<PortalCoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<PortalCoreOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PortalCoreOptions>, PortalCoreOptionsValidator>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<PortalCoreOptions>>().Value);
        services.TryAddSingleton(TimeProvider.System);
        return services.AddData().AddUseCases().AddDeliveries().AddCluster();
    }

    private static IServiceCollection AddData(this IServiceCollection services)
    {
        services.TryAddSingleton<ITenantDbContextFactory, TenantDbContextFactory>();
        return services.AddSingleton<SecretCipher>().AddSingleton<AuditTrail>().AddSingleton<UnitOfWork>().AddSingleton<WorkSignal>().AddSingleton<ChangeFeed>();
    }

    private static IServiceCollection AddUseCases(this IServiceCollection services)
    {
        services.TryAddSingleton<IAuthorizer, Authorizer>();
        services.AddSingleton<MemberWriter>().TryAddSingleton<IMembers, MemberCommands>();
        services.TryAddSingleton<ITeams, TeamCommands>();
        services.TryAddSingleton<IProjects, ProjectCommands>();
        services.TryAddSingleton<IEnvironments, EnvironmentCommands>();
        services.TryAddSingleton<INamespaces, NamespaceDirectory>();
        services.TryAddSingleton<IDeclarations, Declarations>();
        services.TryAddSingleton<IApps, AppCommands>();
        services.TryAddSingleton<IAppNames, AppNames>();
        services.TryAddSingleton<ISecretReveals, SecretReveals>();
        services.TryAddSingleton<IAppSearch, AppSearch>();
        services.TryAddSingleton<IReleases, ReleaseCommands>();
        services.TryAddSingleton<IPlans, Plans>();
        services.TryAddSingleton<IPlacements, Placements.Placements>();
        services.TryAddSingleton<IDomains, DomainCommands>();
        services.TryAddSingleton<IVolumes, VolumeCommands>();
        services.TryAddSingleton<IFreezes, FreezeCommands>();
        services.TryAddSingleton<IQuotas, QuotaCommands>();
        services.AddSingleton<ProjectImport>().TryAddSingleton<ITransfers, Transfers.Transfers>();
        services.TryAddSingleton<IPreviews, PreviewCommands>();
        services.TryAddSingleton<IPromotions, Promotions>();
        services.TryAddSingleton<IApprovals, ApprovalCommands>();
        services.TryAddSingleton<IAudit, AuditQueries>();
        services.AddSingleton<AuditKey>().AddSingleton<AuditCheckpoints>().AddHostedService(provider => provider.GetRequiredService<AuditCheckpoints>());
        return services.AddSingleton<AppChange>().AddSingleton<ReleaseWriter>().AddSingleton<QuotaCheck>().AddSingleton<DomainClaims>().AddSingleton<SecretStore>().AddSingleton<VolumeClaims>().AddSingleton<AppWriter>();
    }

    private static IServiceCollection AddDeliveries(this IServiceCollection services)
    {
        services.TryAddSingleton<IWebhookEndpoints, WebhookEndpointCommands>();
        services.TryAddSingleton<IDeliveryReceiver, DeliveryReceiver>();
        services.TryAddSingleton<INotifications, NotificationCommands>();
        services.AddSingleton<PublicAddresses>().AddSingleton<HttpChannel>().AddSingleton<MailChannel>();
        services.AddSingleton<NotificationWorker>().AddHostedService(provider => provider.GetRequiredService<NotificationWorker>());
        return services.AddSingleton<DeliveryWorker>().AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
    }

    private static IServiceCollection AddCluster(this IServiceCollection services)
    {
        services.TryAddSingleton<ICluster, KubeCluster>();
        services.TryAddSingleton<IPlacementCluster, KubePlacementCluster>();
        services.AddSingleton<PlanPlacement>();
        services.TryAddSingleton<IAppObserver, AppObserver>();
        services.TryAddSingleton<ILogs, LogReader>();
        services.TryAddSingleton<ITerminals, Terminals.Terminals>();
        services.TryAddSingleton<IActivity, ActivityQueries>();
        services.TryAddSingleton<IMetrics, MetricsQueries>();
        services.AddSingleton<MetricsSampler>().AddHostedService(provider => provider.GetRequiredService<MetricsSampler>());
        services.TryAddSingleton<ITasks, TaskCommands>();
        services.AddSingleton<ReleaseObjects>().AddSingleton<Applier>().AddSingleton<RolloutSteps>().AddSingleton<ReleaseCommandRun>().AddSingleton<Candidate>().AddSingleton<CrashLook>().AddSingleton<Recoveries>().AddSingleton<NamespaceQuotas>().AddSingleton<DeletionSteps>();
        services.TryAddSingleton<INodes, NodeCommands>();
        services.AddSingleton<NodeReader>().AddSingleton<NodeDrainer>().AddHostedService(provider => provider.GetRequiredService<NodeDrainer>());
        services.AddSingleton<ClusterCache>().AddHostedService(provider => provider.GetRequiredService<ClusterCache>());
        services.TryAddSingleton<IClusters, ClusterCommands>();
        services.TryAddSingleton<IClusterClients>(provider => provider.GetRequiredService<ClusterLinks>());
        services.AddSingleton<ClusterAddresses>().AddSingleton<ClusterLinks>().AddHostedService(provider => provider.GetRequiredService<ClusterLinks>());
        return services.AddHostedService<RolloutWorker>();
    }
}
