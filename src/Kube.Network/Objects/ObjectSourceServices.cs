using k8s;
using k8s.Models;
using Kube.Machinery.Informers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Kube.Network.Objects;

/// <summary>Registers shared informers.</summary>
internal static class ObjectSourceServices
{
    /// <summary>Registers the source of one kind, unless another room of the host (or a test) already did.</summary>
    public static IServiceCollection TryAddObjectSource<T>(this IServiceCollection services, string? fieldSelector = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        services.TryAddSingleton(TimeProvider.System);
        if (services.Any(service => service.ServiceType == typeof(IObjectSource<T>)))
            return services;
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<InformerSource<T>>(provider, new InformerOptions { FieldSelector = fieldSelector }));
        services.AddSingleton<IObjectSource<T>>(provider => provider.GetRequiredService<InformerSource<T>>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<InformerSource<T>>());
        return services;
    }
}
