using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Kube.Node;

/// <summary>Puts the node agent into a host.</summary>
public static class NodeServices
{
    /// <summary>Adds the agent as a hosted service; options are validated at start, all faults at once.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddKubeNode(this IServiceCollection services, Action<NodeOptions> configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<NodeOptions>, NodeOptionsValidator>();
        services.AddOptions<NodeOptions>().Configure(configure).ValidateOnStart();
        services.AddHostedService<NodeAgent>();
        return services;
    }
}
