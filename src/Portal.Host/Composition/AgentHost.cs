using System.Net;
using k8s;
using Kube.Machinery.Client;
using Kube.Network.Dns;
using Kube.Network.Pods;
using Kube.Network.Services;
using Kube.Node;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>
/// A node: joins first, then runs the pod network, the service proxy, the cluster's DNS and the kubelet's part in one host. The
/// network starts first, so that the cluster's ranges are backed by unreachable routes before any pod is.
/// </summary>
internal static class AgentHost
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(AgentSettings settings, bool joinOnly, CancellationToken cancellationToken)
    {
        using var loggers = LoggerFactory.Create(Logs.Configure);
        var logger = loggers.CreateLogger("agent");
        var kubeconfig = await JoinAsync(settings, logger, joinOnly, cancellationToken);
        if (joinOnly)
            return;
        using var client = KubeClients.FromKubeconfig(kubeconfig);
        var cluster = await ReadClusterAsync(client, settings, logger, cancellationToken);
        using var host = Build(settings, cluster, client);
        await host.RunAsync(cancellationToken);
    }

    private static IHost Build(AgentSettings settings, ClusterInfo cluster, IKubernetes client)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Logs.Configure(builder.Logging);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(client);
        builder.Services.AddKubePodNetwork(PodNetwork(settings.Data, settings.NodeName, cluster));
        builder.Services.AddKubeServiceProxy(ServiceProxy(cluster));
        builder.Services.AddKubeDns(new KubeDnsOptions { Listen = new IPEndPoint(cluster.ClusterDns, 53), ClusterRanges = [cluster.ServiceCidr, cluster.PodCidr] });
        builder.Services.AddKubeNode(node => Apply(node, settings, cluster));
        return builder.Build();
    }

    /// <summary>The pod network's options; also what is needed to take it down again.</summary>
    public static PodNetworkOptions PodNetwork(string agentData, string nodeName, ClusterInfo cluster) => new()
    {
        NodeName = nodeName,
        InstanceId = cluster.Id,
        CniConfigurationDirectory = AgentSettings.CniConfigurationIn(agentData),
        AddressDirectory = Path.Combine(agentData, "cni/addresses"),
        ClusterPodCidr = cluster.PodCidr,
        ServiceCidr = cluster.ServiceCidr,
        LocalServiceAddresses = [cluster.ClusterDns],
    };

    /// <summary>The service proxy's options; also what is needed to take it down again.</summary>
    public static ServiceProxyOptions ServiceProxy(ClusterInfo cluster) =>
        new() { InstanceId = cluster.Id, ClusterPodCidr = cluster.PodCidr, ServiceCidr = cluster.ServiceCidr };

    private static void Apply(NodeOptions node, AgentSettings settings, ClusterInfo? cluster)
    {
        node.ServerUrl = settings.Servers[0];
        foreach (var other in settings.Servers.Skip(1))
            node.OtherServerUrls.Add(other);
        node.JoinToken = settings.JoinToken;
        node.NodeName = settings.NodeName;
        node.DataDirectory = settings.Data;
        node.InternalIP = settings.NodeAddress;
        node.CniConfDir = AgentSettings.CniConfigurationIn(settings.Data);
        node.CniBinDirs.Add("/usr/lib/cni");
        node.InstanceId = cluster?.Id ?? string.Empty;
        foreach (var word in LocalAgent.GuardCommand)
            node.GuardCommand.Add(word);
        if (cluster is not null)
            node.ClusterDns.Add(cluster.ClusterDns.ToString());
    }

    // A server that is not there yet is waited for; a token that does not work is final when nobody but a person waits.
    private static async Task<string> JoinAsync(AgentSettings settings, ILogger logger, bool once, CancellationToken cancellationToken)
    {
        var options = new NodeOptions();
        Apply(options, settings, null);
        while (true)
        {
            try
            {
                return await NodeInstallation.JoinAsync(options, TimeProvider.System, logger, cancellationToken);
            }
            catch (InvalidOperationException exception)
            {
                throw new StartException(exception.Message, exception);
            }
            catch (Exception exception) when (exception is HttpRequestException or ApiException or IOException or System.Security.Authentication.AuthenticationException)
            {
                if (once || exception is ApiException { Code: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden })
                    throw new StartException($"joining {string.Join(" or ", settings.Servers)} failed: {exception.Message}. A token can be used once and only for a time; make another with: portal node token", exception);
                logger.LogWarning("joining {Server} will be tried again: {Reason}", settings.Servers, exception.Message);
                await Task.Delay(Retry, cancellationToken);
            }
        }
    }

    // What was read last is good enough while the server is away: the ranges of a cluster never change.
    private static async Task<ClusterInfo> ReadClusterAsync(IKubernetes client, AgentSettings settings, ILogger logger, CancellationToken cancellationToken)
    {
        if (ClusterInfo.Load(settings.Data) is { } known)
            return known;
        while (true)
        {
            try
            {
                var cluster = await ClusterInfo.ReadAsync(client, cancellationToken);
                cluster.Save(settings.Data);
                return cluster;
            }
            catch (Exception exception) when (exception is HttpRequestException or k8s.Autorest.HttpOperationException)
            {
                logger.LogWarning("reading the cluster's ranges will be tried again: {Reason}", exception.Message);
                await Task.Delay(Retry, cancellationToken);
            }
        }
    }
}
