using k8s.Models;
using Kube.Node.Cri.V1;

namespace Kube.Node.Pods;

/// <summary>A pod's resolv.conf, from its DNS policy, its own settings, the cluster's and the machine's.</summary>
internal static class PodDns
{
    // What resolv.conf(5) readers accept.
    private const int MaxServers = 3;

    /// <summary>Computes the configuration CRI writes into the pod verbatim.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="options">Cluster DNS addresses and domain.</param>
    /// <param name="machineResolvConf">Text of the machine's /etc/resolv.conf.</param>
    public static DNSConfig For(V1Pod pod, NodeOptions options, string machineResolvConf)
    {
        var policy = pod.Spec.DnsPolicy ?? "ClusterFirst";
        var cluster = policy == "ClusterFirstWithHostNet" || policy == "ClusterFirst" && pod.Spec.HostNetwork != true;
        var servers = new List<string>();
        var searches = new List<string>();
        var resolver = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (policy != "None")
            ReadMachine(machineResolvConf, servers, searches, resolver);
        if (cluster && options.ClusterDns.Count > 0)
        {
            servers = [.. options.ClusterDns];
            var domain = options.ClusterDomain;
            searches = [$"{pod.Metadata.NamespaceProperty}.svc.{domain}", $"svc.{domain}", domain, .. searches];
            resolver = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ndots"] = "5" };
        }

        if (pod.Spec.DnsConfig is { } own)
        {
            servers.AddRange(own.Nameservers ?? []);
            searches.AddRange(own.Searches ?? []);
            foreach (var option in own.Options ?? [])
                resolver[option.Name] = option.Value;
        }

        var config = new DNSConfig();
        config.Servers.Add(servers.Distinct(StringComparer.Ordinal).Take(MaxServers));
        config.Searches.Add(searches.Distinct(StringComparer.Ordinal));
        config.Options.Add(resolver.Select(p => string.IsNullOrEmpty(p.Value) ? p.Key : $"{p.Key}:{p.Value}"));
        return config;
    }

    private static void ReadMachine(string text, List<string> servers, List<string> searches, Dictionary<string, string?> resolver)
    {
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2)
                continue;
            switch (words[0])
            {
                case "nameserver":
                    servers.Add(words[1]);
                    break;
                case "search" or "domain":
                    searches.Clear();
                    searches.AddRange(words.Skip(1));
                    break;
                case "options":
                    foreach (var option in words.Skip(1))
                    {
                        var parts = option.Split(':', 2);
                        resolver[parts[0]] = parts.Length == 2 ? parts[1] : null;
                    }

                    break;
            }
        }
    }
}
