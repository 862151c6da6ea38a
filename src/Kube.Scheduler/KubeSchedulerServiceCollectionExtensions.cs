using Kube.Machinery.Placement;
using Kube.Scheduler;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the scheduler into a host.</summary>
public static class KubeSchedulerServiceCollectionExtensions
{
    /// <summary>
    /// Adds the scheduler as a hosted service and <see cref="IPlacementReviews"/>. The host provides <see cref="k8s.IKubernetes"/>
    /// (user <c>system:kube-scheduler</c>); a <see cref="TimeProvider"/> is added when it has none.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names all that are.</exception>
    public static IServiceCollection AddKubeScheduler(this IServiceCollection services, SchedulerOptions? options = null)
    {
        options ??= new SchedulerOptions();
        List<string> faults = [];
        if (options.ParallelBinds < 1)
        {
            faults.Add($"{nameof(SchedulerOptions.ParallelBinds)} must be at least 1");
        }

        if (string.IsNullOrWhiteSpace(options.SchedulerName))
        {
            faults.Add($"{nameof(SchedulerOptions.SchedulerName)} must not be empty");
        }

        if (options.LeaderElection && string.IsNullOrWhiteSpace(options.Identity))
        {
            faults.Add($"{nameof(SchedulerOptions.Identity)} must not be empty");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"Scheduler: {string.Join("; ", faults)}.", nameof(options));
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<SchedulerService>();
        services.AddSingleton<IPlacementReviews>(p => p.GetRequiredService<SchedulerService>());
        services.AddSingleton<IHostedService>(p => p.GetRequiredService<SchedulerService>());
        return services;
    }
}
