using k8s;

namespace Kube.Machinery.Client;

/// <summary>Opens connections to a Kubernetes API server.</summary>
public static class KubeClients
{
    /// <summary>
    /// The extension by which a kubeconfig's cluster names further servers: <c>extensions: [{ name: portal/servers, extension: { others: https://B:6443 https://C:6443 } }]</c>.
    /// </summary>
    public const string ServersExtension = "portal/servers";

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    /// <summary>A client for the current context of a kubeconfig file. It moves to another server when its own is gone, if the file names several (<see cref="ServersExtension"/>).</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="k8s.Exceptions.KubeConfigException">The file is no usable kubeconfig.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static IKubernetes FromKubeconfig(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no kubeconfig at {path}.", path);
        }

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
        return FromConfiguration(configuration, [configuration.Host, .. OtherServers(path, configuration)]);
    }

    /// <summary>A client of a cluster with several servers.</summary>
    /// <param name="configuration">Trust and credentials.</param>
    /// <param name="servers">The servers' addresses, the first to be tried first; at least one.</param>
    public static IKubernetes FromConfiguration(KubernetesClientConfiguration configuration, IReadOnlyCollection<string> servers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(servers);
        configuration.Host = servers.First();
        return servers.Count == 1 ? FromConfiguration(configuration) : FromConfiguration(configuration, new ServerFailover(servers));
    }

    /// <summary>A client for a configuration made by hand; connections are watched by HTTP/2 pings so that a vanished server is noticed on an idle watch.</summary>
    /// <param name="configuration">Host, trust and credentials.</param>
    /// <param name="handlers">Handlers put before the connection, outermost first.</param>
    public static IKubernetes FromConfiguration(KubernetesClientConfiguration configuration, params DelegatingHandler[] handlers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var setup = configuration.FirstMessageHandlerSetup;
        configuration.FirstMessageHandlerSetup = handler =>
        {
            setup?.Invoke(handler);
            handler.EnableMultipleHttp2Connections = true;
            handler.KeepAlivePingDelay = KeepAlive;
            handler.KeepAlivePingTimeout = KeepAlive;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
            handler.ConnectTimeout = KeepAlive;
        };
        return new Kubernetes(configuration, handlers);
    }

    private static string[] OtherServers(string path, KubernetesClientConfiguration configuration)
    {
        var file = KubernetesClientConfiguration.LoadKubeConfig(path);
        var context = file.Contexts.FirstOrDefault(c => c.Name == configuration.CurrentContext);
        var cluster = file.Clusters.FirstOrDefault(c => c.Name == context?.ContextDetails.Cluster);
        var extension = cluster?.ClusterEndpoint.Extensions?.FirstOrDefault(e => e.Name == ServersExtension)?.Extension;
        return extension is IDictionary<object, object> values && values.TryGetValue("others", out var others) && others is string text
            ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : [];
    }
}
