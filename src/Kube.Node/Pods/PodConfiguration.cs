using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;

namespace Kube.Node.Pods;

/// <summary>Turns a pod's declaration into what CRI is given.</summary>
internal static class PodConfiguration
{
    private const int MaxHostname = 63;

    public static string Hostname(V1Pod pod)
    {
        var name = pod.Spec.Hostname is { Length: > 0 } given ? given : pod.Metadata.Name;
        return name.Length <= MaxHostname ? name : name[..MaxHostname].TrimEnd('-', '.');
    }

    public static string CgroupParent(string instanceId, string uid) => $"/portal-{instanceId}/pod{uid}";

    public static PodSandboxConfig Sandbox(V1Pod pod, uint attempt, NodeOptions options, NodePaths paths, string machineResolvConf)
    {
        var hostNetwork = pod.Spec.HostNetwork == true;
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = pod.Metadata.Name, Namespace = pod.Metadata.NamespaceProperty, Uid = pod.Metadata.Uid, Attempt = attempt },
            // CRI wants no host name where the pod shares the host's.
            Hostname = hostNetwork ? "" : Hostname(pod),
            LogDirectory = paths.PodLogDirectory(pod.Metadata.NamespaceProperty, pod.Metadata.Name, pod.Metadata.Uid),
            DnsConfig = PodDns.For(pod, options, machineResolvConf),
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = CgroupParent(options.InstanceId, pod.Metadata.Uid),
                SecurityContext = new LinuxSandboxSecurityContext
                {
                    NamespaceOptions = SecurityTranslation.Namespaces(pod),
                    Privileged = pod.Spec.Containers.Any(c => c.SecurityContext?.Privileged == true),
                    Seccomp = SecurityTranslation.Seccomp(null, false),
                },
            },
        };
        AddPodLabels(config.Labels, pod);
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
            config.Linux.Sysctls[sysctl.Name] = sysctl.Value;
        return config;
    }

    public static ContainerConfig Container(V1Pod pod, V1Container container, uint attempt, string imageId, IReadOnlyDictionary<string, string> environment, IEnumerable<Mount> mounts, decimal nodeMemory)
    {
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Name, Attempt = attempt },
            Image = new ImageSpec { Image = imageId },
            WorkingDir = container.WorkingDir ?? "",
            LogPath = NodePaths.ContainerLog(container.Name, attempt),
            Stdin = container.Stdin == true,
            StdinOnce = container.StdinOnce == true,
            Tty = container.Tty == true,
            Linux = new LinuxContainerConfig
            {
                Resources = ResourceTranslation.For(pod, container, nodeMemory),
                SecurityContext = SecurityTranslation.For(pod, container),
            },
        };
        config.Command.Add((container.Command ?? []).Select(w => VariableExpansion.Expand(w, environment)));
        config.Args.Add((container.Args ?? []).Select(w => VariableExpansion.Expand(w, environment)));
        config.Envs.Add(environment.Select(p => new KeyValue { Key = p.Key, Value = p.Value }));
        config.Mounts.Add(mounts);
        AddPodLabels(config.Labels, pod);
        config.Labels[CriLabels.ContainerName] = container.Name;
        config.Annotations[CriLabels.ContainerHash] = Hash(container);
        return config;
    }

    /// <summary>Changes when the container must be replaced in place: of a bound pod only the image may change.</summary>
    public static string Hash(V1Container container) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{container.Name}\n{container.Image}")))[..16];

    private static void AddPodLabels(Google.Protobuf.Collections.MapField<string, string> labels, V1Pod pod)
    {
        foreach (var (key, value) in pod.Metadata.Labels ?? new Dictionary<string, string>())
            labels[key] = value;
        labels[CriLabels.PodName] = pod.Metadata.Name;
        labels[CriLabels.PodNamespace] = pod.Metadata.NamespaceProperty;
        labels[CriLabels.PodUid] = pod.Metadata.Uid;
    }
}
