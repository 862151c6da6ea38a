using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>When an init container no longer holds up those after it.</summary>
internal static class InitContainers
{
    /// <summary>An init container that is restarted always runs beside the pod's containers.</summary>
    public static bool IsSidecar(V1Container container) => container.RestartPolicy == "Always";

    public static bool IsDone(V1Container container, ObservedPod observed, IReadOnlyDictionary<string, ContainerSlot> slots)
    {
        var current = observed.Current(container.Name);
        return IsSidecar(container)
            ? current?.IsRunning == true && slots[container.Name].Started
            : current is { IsExited: true, ExitCode: 0 };
    }
}
