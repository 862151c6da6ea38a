using System.Globalization;
using k8s.Models;
using Kube.Node.Cri.V1;

namespace Kube.Node.Pods;

/// <summary>Security contexts as CRI has them; the container's setting wins over the pod's.</summary>
internal static class SecurityTranslation
{
    public static LinuxContainerSecurityContext For(V1Pod pod, V1Container container)
    {
        var ofPod = pod.Spec.SecurityContext;
        var own = container.SecurityContext;
        var context = new LinuxContainerSecurityContext
        {
            Privileged = own?.Privileged == true,
            ReadonlyRootfs = own?.ReadOnlyRootFilesystem == true,
            NoNewPrivs = own?.AllowPrivilegeEscalation == false,
            NamespaceOptions = Namespaces(pod),
            Seccomp = Seccomp(own?.SeccompProfile ?? ofPod?.SeccompProfile, own?.Privileged == true),
        };
        if ((own?.RunAsUser ?? ofPod?.RunAsUser) is { } user)
            context.RunAsUser = new Int64Value { Value = user };
        if ((own?.RunAsGroup ?? ofPod?.RunAsGroup) is { } group)
        {
            // CRI refuses a group without a user.
            context.RunAsUser ??= new Int64Value { Value = 0 };
            context.RunAsGroup = new Int64Value { Value = group };
        }

        context.SupplementalGroups.Add((ofPod?.SupplementalGroups ?? []).Select(g => g ?? 0));
        if (ofPod?.FsGroup is { } fsGroup)
            context.SupplementalGroups.Add(fsGroup);
        if (own?.Capabilities is { } capabilities)
        {
            context.Capabilities = new Capability();
            context.Capabilities.AddCapabilities.Add((capabilities.Add ?? []).Select(Bare));
            context.Capabilities.DropCapabilities.Add((capabilities.Drop ?? []).Select(Bare));
        }

        return context;
    }

    public static NamespaceOption Namespaces(V1Pod pod) => new()
    {
        Network = pod.Spec.HostNetwork == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.Spec.HostPID == true ? NamespaceMode.Node : pod.Spec.ShareProcessNamespace == true ? NamespaceMode.Pod : NamespaceMode.Container,
        Ipc = pod.Spec.HostIPC == true ? NamespaceMode.Node : NamespaceMode.Pod,
    };

    // The runtime's own profile unless the pod asks for something else: a safer default than none.
    public static SecurityProfile Seccomp(V1SeccompProfile? profile, bool privileged) => new()
    {
        ProfileType = profile?.Type switch
        {
            "Unconfined" => SecurityProfile.Types.ProfileType.Unconfined,
            "Localhost" => SecurityProfile.Types.ProfileType.Localhost,
            null when privileged => SecurityProfile.Types.ProfileType.Unconfined,
            _ => SecurityProfile.Types.ProfileType.RuntimeDefault,
        },
        LocalhostRef = profile?.Type == "Localhost" ? profile.LocalhostProfile ?? "" : "",
    };

    /// <summary>Holds runAsNonRoot against the user the container would get.</summary>
    /// <exception cref="ContainerStartException">It would run as root, or by a name whose number is unknown.</exception>
    public static void CheckNonRoot(V1Pod pod, V1Container container, Image image)
    {
        var required = container.SecurityContext?.RunAsNonRoot ?? pod.Spec.SecurityContext?.RunAsNonRoot;
        if (required != true)
            return;
        var user = container.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser;
        if (user is null && image.Uid is { } uid)
            user = uid.Value;
        if (user is null && image.Username.Length > 0)
        {
            throw new ContainerStartException(ContainerStartException.ConfigError,
                $"container {container.Name} must not run as root, and image {container.Image} names its user '{image.Username}', not a number: set runAsUser");
        }

        if (user is null or 0)
        {
            throw new ContainerStartException(ContainerStartException.ConfigError,
                $"container {container.Name} must not run as root, but image {container.Image} runs as user {(user ?? 0).ToString(CultureInfo.InvariantCulture)}: set runAsUser");
        }
    }

    private static string Bare(string capability) => capability.StartsWith("CAP_", StringComparison.Ordinal) ? capability[4..] : capability;
}
