using k8s;

namespace Kube.Machinery.Client;

/// <summary>Opens connections to a Kubernetes API server.</summary>
public static class KubeClients
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    /// <summary>A client for the current context of a kubeconfig file.</summary>
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
        return FromConfiguration(configuration);
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
}
