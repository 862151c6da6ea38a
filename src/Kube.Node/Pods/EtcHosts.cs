using System.Text;
using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>A pod's /etc/hosts: CRI would otherwise copy the machine's into the pod.</summary>
internal static class EtcHosts
{
    public static string Create(V1Pod pod, string hostname, IReadOnlyList<string> addresses, string clusterDomain)
    {
        var text = new StringBuilder("# Written by the node agent\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        var names = pod.Spec.Subdomain is { Length: > 0 } subdomain
            ? $"{hostname}.{subdomain}.{pod.Metadata.NamespaceProperty}.svc.{clusterDomain}\t{hostname}"
            : hostname;
        foreach (var address in addresses)
            text.Append(address).Append('\t').Append(names).Append('\n');
        foreach (var alias in pod.Spec.HostAliases ?? [])
            text.Append(alias.Ip).Append('\t').Append(string.Join('\t', alias.Hostnames ?? [])).Append('\n');
        return text.ToString();
    }
}
