using Kube.ApiServer.Storage.Encryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kube.ApiServer.Storage;

/// <summary>Registers the API server's store.</summary>
public static class KubeStoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds the watchable store on PostgreSQL as a hosted service: it loads when the host starts, and leads, or follows while another process
    /// leads. Register it before whatever reads from it.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Fills the settings; faults are reported when the host starts.</param>
    public static IServiceCollection AddKubeStore(this IServiceCollection services, Action<StoreOptions> configure)
    {
        services.AddOptions<StoreOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StoreOptions>, StoreOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => EncryptionKeyring.Open(provider.GetRequiredService<IOptions<StoreOptions>>().Value.EncryptionKeyPath, provider.GetRequiredService<ILogger<ObjectStore>>()));
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StoreOptions>>().Value;
            var limits = new StoreLimits(options.RingBytes) { GatherTime = options.GatherTime, WriteTimeout = options.WriteTimeout, RenewEvery = options.LeaseDuration / 5 };
            return new ObjectStore(limits, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ObjectStore>>());
        });
        services.TryAddSingleton<IObjectStore>(provider => provider.GetRequiredService<ObjectStore>());
        services.AddHostedService<StoreService>();
        return services;
    }

    /// <summary>Adds a hosted service that writes to the store: it runs while this process leads.</summary>
    internal static IServiceCollection AddLeaderService<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddHostedService<LeaderService<T>>();
}
