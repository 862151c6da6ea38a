using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>
/// What a joining node must know of the cluster, published in the ConfigMap <c>kube-public/cluster-info</c> (the place kubeadm
/// uses) that every node may read.
/// </summary>
/// <param name="Id">The instance's name in a kernel; a node appends nothing to it, two agents on one kernel live in different namespaces.</param>
/// <param name="PodCidr">The cluster's pod range.</param>
/// <param name="ServiceCidr">The cluster's service range.</param>
/// <param name="ClusterDns">Address of the cluster's name server.</param>
internal sealed record ClusterInfo(string Id, IPNetwork PodCidr, IPNetwork ServiceCidr, IPAddress ClusterDns)
{
    private const string Namespace = "kube-public";
    private const string Name = "cluster-info";
    private const string FileName = "cluster-info";

    /// <summary>Publishes the instance's ranges; safe to repeat.</summary>
    public static async Task PublishAsync(IKubernetes client, InstanceSettings settings, CancellationToken cancellationToken)
    {
        var map = new V1ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new V1ObjectMeta { Name = Name, NamespaceProperty = Namespace },
            Data = new Dictionary<string, string>
            {
                ["id"] = settings.Id,
                ["podCidr"] = settings.PodCidr,
                ["serviceCidr"] = settings.ServiceCidr,
                ["clusterDns"] = settings.ClusterDns,
            },
        };
        try
        {
            await client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Namespace } }, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == HttpStatusCode.Conflict)
        {
            // It is there from an earlier start, or the API server made it.
        }

        await client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch(KubernetesJson.Serialize(map), V1Patch.PatchType.ApplyPatch), Name, Namespace, fieldManager: "portal-host", force: true, cancellationToken: cancellationToken);
    }

    /// <summary>Reads what the server published.</summary>
    /// <exception cref="StartException">It is missing or malformed.</exception>
    public static async Task<ClusterInfo> ReadAsync(IKubernetes client, CancellationToken cancellationToken)
    {
        var map = await client.CoreV1.ReadNamespacedConfigMapAsync(Name, Namespace, cancellationToken: cancellationToken);
        if (map.Data is not { } data
            || !data.TryGetValue("id", out var id)
            || !IPNetwork.TryParse(data.TryGetValue("podCidr", out var pods) ? pods : string.Empty, out var podCidr)
            || !IPNetwork.TryParse(data.TryGetValue("serviceCidr", out var services) ? services : string.Empty, out var serviceCidr)
            || !IPAddress.TryParse(data.TryGetValue("clusterDns", out var dns) ? dns : string.Empty, out var clusterDns))
        {
            throw new StartException($"the ConfigMap {Namespace}/{Name} of the server does not say the cluster's ranges. Is it a Portal server?");
        }

        return new ClusterInfo(id, podCidr, serviceCidr, clusterDns);
    }

    /// <summary>What an agent noted down at its last start, or null.</summary>
    public static ClusterInfo? Load(string agentData)
    {
        var path = Path.Combine(agentData, FileName);
        if (!File.Exists(path))
            return null;
        var lines = File.ReadAllLines(path);
        return lines.Length == 4 ? new ClusterInfo(lines[0], IPNetwork.Parse(lines[1]), IPNetwork.Parse(lines[2]), IPAddress.Parse(lines[3])) : null;
    }

    /// <summary>Notes it down for the next start.</summary>
    public void Save(string agentData) =>
        OwnerFile.Write(Path.Combine(agentData, FileName), string.Join('\n', Id, PodCidr, ServiceCidr, ClusterDns));
}
