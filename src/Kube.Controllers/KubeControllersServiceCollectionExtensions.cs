using Kube.Controllers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the controllers into a host.</summary>
public static class KubeControllersServiceCollectionExtensions
{
    /// <summary>
    /// Adds all controllers as one hosted service. The host provides <see cref="k8s.IKubernetes"/> (user <c>system:kube-controller-manager</c>);
    /// a <see cref="TimeProvider"/> is added when it has none.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names all that are.</exception>
    public static IServiceCollection AddKubeControllers(this IServiceCollection services, KubeControllersOptions? options = null)
    {
        options ??= new KubeControllersOptions();
        var faults = options.Faults().ToArray();
        if (faults.Length > 0)
        {
            throw new ArgumentException($"Controllers: {string.Join("; ", faults)}.", nameof(options));
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddHostedService<ControllerService>();
        return services;
    }
}
